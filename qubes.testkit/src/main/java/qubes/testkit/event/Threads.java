package qubes.testkit.event;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import qubes.testkit.Await;

/** Sees which threads come of what is run. */
final class Threads {
    /** What the system and the framework begin by themselves. */
    private static final Set<String> OF_THE_SYSTEM =
            Set.of("qubes-", "memory-hypervisor", "SCR", "CM ", "Felix", "process reaper");

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

        /** The names of threads that were left; those that are about to end are waited for. */
        Set<String> left() throws Exception {
            try {
                Await.until("no thread is left", () -> names().isEmpty());
                return Set.of();
            } catch (AssertionError e) {
                return names();
            }
        }

        private Set<String> names() {
            Thread[] alive = new Thread[group.activeCount() + 16];
            int count = group.enumerate(alive);
            Set<String> names = new TreeSet<>();
            for (int i = 0; i < count; i++) {
                String name = alive[i].getName();
                if (OF_THE_SYSTEM.stream().noneMatch(name::startsWith)) {
                    names.add(name);
                }
            }
            return names;
        }
    }
}
