// Who computes first when there are fewer processors than threads.
#pragma once

namespace artspeak::base {

// From now on the calling thread, and every thread that it starts, gives way to
// the others of this process: it is nicer by 5 and has a third of their share
// while they compute too. It cannot be taken back. Linux; elsewhere priorities
// belong to whole processes, and this does nothing.
void LowerThreadPriority();

// From now on the calling thread, and every thread that it starts, computes and
// reads its disk only while nothing else of the machine wants to (SCHED_IDLE,
// or nice 19 where that is refused). It cannot be taken back. Linux, as above;
// there sessions and control groups have shares of their own, which come first.
void RunWhenIdle();

}  // namespace artspeak::base
