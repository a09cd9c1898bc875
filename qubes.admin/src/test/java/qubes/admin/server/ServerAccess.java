package qubes.admin.server;

import java.nio.file.Path;
import java.util.HashMap;
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

        /** This, and more that is otherwise. */
        public Custom with(Map<String, Object> more) {
            return new Custom(this, more);
        }
    }

    /**
     * @param more name of an attribute of the configuration to its value
     */
    public record Custom(Settings settings, Map<String, Object> more) {}

    private ServerAccess() {}

    /** With the policy in the folder {@code policy.d}, if there is any. */
    public static AdminServer start(Qubes qubes, Methods methods, Path folder, Settings settings) {
        CallCheck check = new CallCheck(PolicyAccess.in(folder.resolve("policy.d")));
        return start(qubes, methods, check, folder, settings.with(Map.of()));
    }

    public static AdminServer start(
            Qubes qubes, Methods methods, CallCheck check, Path folder, Custom custom) {
        return new AdminServer(qubes, methods, check, config(folder, custom));
    }

    public static void stop(AdminServer server) {
        server.deactivate();
    }

    private static AdminServer.Config config(Path folder, Custom custom) {
        Settings settings = custom.settings();
        Map<String, Object> values =
                new HashMap<>(
                        Map.of(
                                "socket_dir", folder.toString(),
                                "debug", settings.debug(),
                                "max_connections", settings.connections(),
                                "silence_seconds", settings.silenceSeconds(),
                                "subscriber_backlog", settings.backlog()));
        values.putAll(custom.more());
        return Engine.configuration(AdminServer.Config.class, values);
    }
}
