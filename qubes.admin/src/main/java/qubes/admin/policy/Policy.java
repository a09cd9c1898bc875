package qubes.admin.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;

/**
 * The rules as they were when they were read.
 *
 * @param read file or folder to what it looked like
 */
record Policy(List<Rule> rules, Map<Path, String> read) {
    /** One that allows nothing and is never up to date. */
    static Policy unreadable() {
        return new Policy(List.of(), Map.of(Path.of("/"), "unreadable"));
    }

    /**
     * Whether the first rule that fits says {@code allow}; {@code ask}, like no rule at all, does
     * not allow.
     *
     * @param argument with its {@code +}
     * @param asAdmin whether the target is asked for as {@code @adminvm} and not by name
     */
    boolean allows(String service, String argument, BaseVM source, BaseVM target, boolean asAdmin) {
        for (Rule rule : rules) {
            if (rule.covers(service, argument)
                    && rule.source().matches(source, false)
                    && rule.target().matches(target, asAdmin)) {
                return rule.action().equals("allow")
                        && (rule.autostart() || target.powerState() == PowerState.RUNNING);
            }
        }
        return false;
    }

    /** True if nothing that was read looks different now. */
    boolean upToDate() throws IOException {
        for (Map.Entry<Path, String> file : read.entrySet()) {
            if (!PolicyReader.stamp(file.getKey()).equals(file.getValue())) {
                return false;
            }
        }
        return true;
    }
}
