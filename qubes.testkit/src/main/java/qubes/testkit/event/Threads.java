package qubes.testkit.event;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Sees which threads come of what is run. */
final class Threads {
    /** What the system and the framework begin by themselves. */
    private static final Set<String> OF_THE_SYSTEM =
            Set.of("qubes-", "memory-hypervisor", "SCR", "CM ", "Felix", "process reaper");

    private static final long ABOUT_TO_END_MILLIS = 1_000;

    private Threads() {}

    static Group watched() {
        return new Group(new ThreadGroup("contract"));
    }

    /** Threads that were begun by one that was watched, or by those. */
    record Group(ThreadGroup group) {
        /** Runs it on a thread of the group and waits for it. */
        void run(Runnable action) throws Exception {
            run(
                    () -> {
                        action.run();
                        return null;
                    });
        }

        private void run(Callable<?> action) throws Exception {
            FutureTask<?> task = new FutureTask<>(action);
            Thread thread = new Thread(group, task, "qubes-contract");
            thread.start();
            task.get();
            thread.join();
        }

        /** The names of threads that were left; one that is about to end is waited for. */
        Set<String> left() throws InterruptedException {
            Set<String> names = new TreeSet<>();
            for (Thread thread : alive()) {
                thread.join(ABOUT_TO_END_MILLIS);
                if (thread.isAlive()) {
                    names.add(thread.getName());
                }
            }
            return names;
        }

        private List<Thread> alive() {
            Thread[] all = new Thread[group.activeCount() + 16];
            int count = group.enumerate(all);
            return Arrays.stream(all, 0, count)
                    .filter(
                            thread ->
                                    OF_THE_SYSTEM.stream().noneMatch(thread.getName()::startsWith))
                    .toList();
        }
    }
}
