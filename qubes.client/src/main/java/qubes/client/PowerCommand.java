package qubes.client;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts, stops and pauses qubes, as {@code qvm-start} and its kin do; several at once, one after
 * the other.
 */
final class PowerCommand implements Command {
    private final String verb;

    PowerCommand(String verb) {
        this.verb = verb;
    }

    @Override
    public String usage() {
        return switch (verb) {
            case "start" -> "start [--skip-if-running] VM ...";
            case "shutdown" -> "shutdown [--wait] [--force] VM ...";
            default -> verb + " VM ...";
        };
    }

    @Override
    public String help() {
        return switch (verb) {
            case "start" ->
                    """
                    Start qubes, and before them those that give them network.
                      --skip-if-running    do nothing for one that runs
                    """;
            case "shutdown" ->
                    """
                    Ask qubes to power off.
                      --wait     until it is down; one that is not after its shutdown_timeout is killed
                      --force    even if others depend on it, or it is paused
                    """;
            case "kill" -> "End the guests of qubes at once.\n";
            case "pause" -> "Stop the processors of running qubes.\n";
            case "unpause" -> "Let paused or suspended qubes run on.\n";
            case "suspend" -> "Put running qubes to sleep.\n";
            default -> "Wake suspended qubes, or let paused ones run on.\n";
        };
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options();
        if (verb.equals("start")) {
            options.flag("--skip-if-running");
        } else if (verb.equals("shutdown")) {
            options.flag("--wait").flag("--force");
        }
        List<String> names =
                options.parse(arguments).positional(1, Integer.MAX_VALUE, "the name of a qube");
        if (names.size() == 1) {
            act(session.daemon(), options, names.get(0), session);
            return 0;
        }
        session.refuseUnknown(names);
        int exit = 0;
        for (String vm : names) {
            try {
                act(session.daemon(), options, vm, session);
            } catch (DaemonError e) {
                session.err().println(vm + ": " + e.getMessage());
                exit = 1;
            }
        }
        return exit;
    }

    private void act(Daemon daemon, Options options, String vm, Session session) {
        switch (verb) {
            case "start" -> start(daemon, vm, options.has("--skip-if-running"));
            case "shutdown" -> shutdown(session, vm, options.has("--force"), options.has("--wait"));
            case "kill" -> unlessStopped(daemon, "admin.vm.Kill", "", vm);
            case "pause" -> daemon.call("admin.vm.Pause", "", vm);
            case "suspend" -> daemon.call("admin.vm.Suspend", "", vm);
            case "unpause" ->
                    daemon.call(
                            state(daemon, vm).equals("Suspended")
                                    ? "admin.vm.Resume"
                                    : "admin.vm.Unpause",
                            "",
                            vm);
            default -> daemon.call("admin.vm.Resume", "", vm);
        }
    }

    private static void start(Daemon daemon, String vm, boolean skipRunning) {
        if (!Set.of("Halted", "NA").contains(state(daemon, vm))) {
            if (skipRunning) {
                return;
            }
            throw new DaemonError("QubesVMNotHaltedError", "domain " + vm + " is already running");
        }
        daemon.call("admin.vm.Start", "", vm);
    }

    private static void shutdown(Session session, String vm, boolean force, boolean wait) {
        String how = force && wait ? "force+wait" : force ? "force" : wait ? "wait" : "";
        try {
            unlessStopped(session.daemon(), "admin.vm.Shutdown", how, vm);
        } catch (DaemonError e) {
            if (!wait || !e.is("QubesVMShutdownTimeoutError")) {
                throw e;
            }
            session.err().println(vm + ": is not down in time, ending it");
            unlessStopped(session.daemon(), "admin.vm.Kill", "", vm);
        }
    }

    private static void unlessStopped(Daemon daemon, String method, String argument, String vm) {
        try {
            daemon.call(method, argument, vm);
        } catch (DaemonError e) {
            if (!e.is("QubesVMNotStartedError") && !e.is("QubesVMNotRunningError")) {
                throw e;
            }
        }
    }

    /** The power state; {@code NA} if the daemon does not tell. */
    static String state(Daemon daemon, String vm) {
        Map<String, String> known = Session.pairs(daemon.call("admin.vm.CurrentState", "", vm));
        return known.getOrDefault("power_state", "NA");
    }
}
