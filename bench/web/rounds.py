"""Measures the site for bench/web/run, which says what."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/artspeak"
TICKS = os.sysconf("SC_CLK_TCK")
STREAMS = 2000
SECONDS = 4

WORDS = ("The late canvases refuse the colour blue with a patience that is close "
         "to vanity, and one leaves them as one leaves a dentist. ")
REVIEW = "abcdefgh0001"  # the one that pages and streams are measured with

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  types {{ text/html html; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/bytes; }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes(pid):
    """The process and its children."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid, *map(int, children.read().split())]


def cpu_seconds(pid):
    total = 0
    for process in processes(pid):
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


@contextlib.contextmanager
def running(*command, port):
    server = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if server.poll() is not None:
                raise SystemExit(f"{command[0]} ended with {server.returncode}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.1)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def submit(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/submission",
                       urllib.parse.urlencode({"prompt": "A chair", "eccentricity": 5}),
                       {"Content-Type": "application/x-www-form-urlencoded"})
    return connection.getresponse().getheader("Location")


# A client that has something already is never sent what is ready.
ANEW = ["-H", 'If-None-Match: "none"']


def wrk(port, path, pid, *options, connections=8):
    """Answers a second of processor time, and the 99th percentile in ms."""
    before = cpu_seconds(pid)
    said = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *options,
                           f"http://127.0.0.1:{port}{path}"],
                          check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(pid) - before
    if "Non-2xx" in said:
        raise SystemExit(f"{path} was not answered 200:\n{said}")
    answers = int(re.search(r"(\d+) requests in", said).group(1))
    late, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    milliseconds = float(late) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return answers / spent, milliseconds, answers / SECONDS


def write_site(folder, model):
    port = free_port()
    site = folder / "site"
    shutil.copytree(ROOT / "site", site)
    (site / "examples.txt").write_text(REVIEW + "\n")
    config = folder / "artspeak.toml"
    config.write_text(f"""
[site]
listen = "127.0.0.1:{port}"
directory = "{site}"
[store]
url = "sqlite:{folder}/artspeak.db"
[mail]
directory = "{folder}/mails"
""" + (f'[model]\npath = "{model.resolve()}"\n' if model else ""))
    review = {"id": REVIEW, "prompt": "The artist’s late refusal",
              "eccentricity": 7, "created": "2025-01-31T12:00:00Z",
              "texts": [(WORDS * 4 + "\n\n") * 3] * 5}
    old = folder / "old.jsonl"
    old.write_text(json.dumps(review) + "\n")
    subprocess.run([PROGRAM, "admin", "reviews", "import", old, "--config", config],
                   check=True, stdout=subprocess.DEVNULL)
    return config, port


def measure_pages(folder, port, pid, rounds):
    paths = ["/", "/generate/", "/examples/", f"/review/{REVIEW}", "/assets/style.css"]
    served = folder / "bytes"
    served.mkdir()
    for i, path in enumerate(paths):
        status, body = get(port, path)
        assert status == 200, path
        (served / f"{i}.html").write_bytes(body)
    nginx_port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=nginx_port))
    print(f"  {'':<24}{'bytes':>7}{'ours':>9}{'nginx':>9}{'share':>7}"
          f"{'ours':>10}{'99 %':>9}{'nginx':>9}{'anew':>9}")
    print(f"  {'':<24}{'':>7}{'answers a core':>18}{'':>7}{'a second':>10}"
          f"{'ms':>9}{'ms':>9}{'us':>9}")
    with running("nginx", "-c", config, "-p", folder, port=nginx_port) as nginx:
        for i, path in enumerate(paths):
            ours, theirs, anew = [], [], []
            for _ in range(rounds):
                ours.append(wrk(port, path, pid))
                theirs.append(wrk(nginx_port, f"/{i}.html", nginx))
                anew.append(wrk(port, path, pid, *ANEW)[0])
            rate, late, each = (statistics.median(column) for column in zip(*ours))
            their_rate, their_late, _ = (statistics.median(column) for column in zip(*theirs))
            share = statistics.median(a[0] / b[0] for a, b in zip(ours, theirs))
            print(f"  {path:<24}{(served / f'{i}.html').stat().st_size:>7}{rate:>9.0f}"
                  f"{their_rate:>9.0f}{share:>7.2f}{each:>10.0f}{late:>9.1f}"
                  f"{their_late:>9.1f}{1e6 / statistics.median(anew):>9.0f}", flush=True)


def measure_streams(port, pid):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, STREAMS + 256), hard))
    reviews = [submit(port) for _ in range(20)]
    get(port, "/")
    before = resident_bytes(pid)
    streams = []
    for i in range(STREAMS):
        stream = socket.create_connection(("127.0.0.1", port))
        stream.sendall(f"GET {reviews[i % len(reviews)]}/events HTTP/1.1\r\n"
                       "Host: localhost\r\n\r\n".encode())
        streams.append(stream)
    open_streams = 0
    for stream in streams:
        stream.settimeout(30)
        heard = b""
        while b"event: waiting" not in heard:
            got = stream.recv(4096)
            if not got:
                break
            heard += got
        open_streams += b"event: waiting" in heard
    idle = cpu_seconds(pid)
    time.sleep(5)
    idle = (cpu_seconds(pid) - idle) / 5
    after = resident_bytes(pid)
    for stream in streams:
        stream.close()
    print(f"  {open_streams} event streams: {(after - before) / 1e6:.0f} MB more "
          f"({after / 1e6:.0f} MB in all), {100 * idle:.1f} % of a core while nothing happens")
    return reviews


def finished_texts(port, reviews):
    return sum(len(json.loads(get(port, review + ".json")[1]).get("texts", []))
               for review in reviews)


def measure_while_writing(port, pid, waiting):
    """`waiting`: reviews in line already, which come first."""
    ending = threading.Event()
    reviews = list(waiting)

    def keep_busy():
        while not ending.is_set():
            review = submit(port)
            if review is None:
                raise SystemExit("the door let nobody in: the worker has nothing to do")
            reviews.append(review)
            ending.wait(2)

    busy = threading.Thread(target=keep_busy)
    busy.start()
    try:
        time.sleep(3)
        for path in ["/", "/generate/", f"/review/{REVIEW}"]:
            before = finished_texts(port, reviews)
            _, late, each = wrk(port, path, pid)
            wrote = finished_texts(port, reviews) - before
            print(f"  {path:<24}{each:>8.0f} a second, 99 % within {late:.1f} ms, "
                  f"{wrote} texts finished", flush=True)
    finally:
        ending.set()
        busy.join()


def main():
    model = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)  # nginx's worker reads as nobody
        config, port = write_site(folder, model)
        with running(PROGRAM, "web", "--config", config, port=port) as pid:
            print("pages:")
            measure_pages(folder, port, pid, rounds)
            print("event streams:")
            waiting = measure_streams(port, pid)
        if model:
            print("pages while a worker writes in the same process:")
            with running(PROGRAM, "serve", "--config", config, port=port) as pid:
                measure_while_writing(port, pid, waiting)


main()
