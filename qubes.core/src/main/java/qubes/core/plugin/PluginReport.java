package qubes.core.plugin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one plugin.
 *
 * @param plugin the bundle's symbolic name, or the name of a file that could not be installed
 * @param troubles why it does not work, each in one line; empty if nothing is known against it
 * @param faults how often code of it failed
 * @param lastFault the latest such failure, in one line
 * @param calls how often code of it ran under the model lock
 * @param held how long it has held the model lock, without what it called of others
 * @param worst the longest of these calls
 */
public record PluginReport(
        String plugin,
        List<String> troubles,
        long faults,
        Optional<String> lastFault,
        long calls,
        Duration held,
        Duration worst) {
    /**
     * Copies the list.
     *
     * @param plugin the bundle's symbolic name, or the name of a file that could not be installed
     * @param troubles why it does not work, each in one line; empty if nothing is known against it
     * @param faults how often code of it failed
     * @param lastFault the latest such failure, in one line
     * @param calls how often code of it ran under the model lock
     * @param held how long it has held the model lock, without what it called of others
     * @param worst the longest of these calls
     */
    public PluginReport {
        troubles = List.copyOf(troubles);
    }
}
