// Who computes first when there are fewer processors than threads.
#pragma once

namespace artspeak::base {

// From now on the calling thread, and every thread that it starts, gives way to
// the others of this process: it is nicer by 5 and has a third of their share
// while they compute too. It cannot be taken back. Linux; elsewhere priorities
// belong to whole processes, and this does nothing.
void LowerThreadPriority();

}  // namespace artspeak::base
