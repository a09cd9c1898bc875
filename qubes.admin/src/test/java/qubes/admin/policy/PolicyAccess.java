package qubes.admin.policy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import qubes.core.internal.system.Engine;

/** The policy as the framework hands it to others; looked after at each question. */
public final class PolicyAccess {
    private PolicyAccess() {}

    /** The policy in a folder, which may be missing. */
    public static LivePolicy in(Path folder) {
        return in(folder, true);
    }

    static LivePolicy in(Path folder, boolean checkCalls) {
        AtomicLong clock = new AtomicLong();
        return new LivePolicy(
                Engine.configuration(
                        LivePolicy.Config.class,
                        Map.of(
                                "policy_dirs",
                                new String[] {folder.toString()},
                                "policy_legacy_dir",
                                folder.resolve("old").toString(),
                                "check_calls",
                                checkCalls)),
                () -> clock.addAndGet(2_000_000_000L));
    }
}
