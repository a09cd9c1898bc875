package qubes.admin.server;

import java.nio.file.Path;
import java.util.Map;
import qubes.admin.Methods;
import qubes.admin.policy.CallCheck;
import qubes.admin.policy.PolicyAccess;
import qubes.core.internal.system.Engine;
import qubes.core.vm.Qubes;

/** The server as the framework starts and stops it. */
public final class ServerAccess {
    /** What a test wants otherwise than the defaults. */
    public record Settings(boolean debug, int connections, int silenceSeconds, int backlog) {
        public static final Settings DEFAULT = new Settings(false, 4096, 0, 1 << 20);
    }

    private ServerAccess() {}

    /** With the policy in the folder {@code policy.d}, if there is any. */
    public static AdminServer start(Qubes qubes, Methods methods, Path folder, Settings settings) {
        CallCheck check = new CallCheck(PolicyAccess.in(folder.resolve("policy.d")));
        return start(qubes, methods, check, folder, settings);
    }

    public static AdminServer start(
            Qubes qubes, Methods methods, CallCheck check, Path folder, Settings settings) {
        return new AdminServer(qubes, methods, check, config(folder, settings));
    }

    public static void stop(AdminServer server) {
        server.deactivate();
    }

    private static AdminServer.Config config(Path folder, Settings settings) {
        return Engine.configuration(
                AdminServer.Config.class,
                Map.of(
                        "socket_dir", folder.toString(),
                        "debug", settings.debug(),
                        "max_connections", settings.connections(),
                        "silence_seconds", settings.silenceSeconds(),
                        "subscriber_backlog", settings.backlog()));
    }
}
