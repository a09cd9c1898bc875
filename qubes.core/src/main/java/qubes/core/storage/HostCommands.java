package qubes.core.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.error.StoragePoolException;

/**
 * Programs of the host that drivers run. Arguments reach the program as they are: there is no
 * shell. The environment is the daemon's with {@code LC_ALL=C.UTF-8}, standard input is empty.
 */
@FunctionalInterface
@ConsumerType
public interface HostCommands {
    /**
     * What came of a command.
     *
     * @param status exit status; 0 for success
     * @param output all of standard output
     * @param errors all of standard error
     */
    record Outcome(int status, String output, String errors) {
        /** {@return true if the exit status is 0} */
        public boolean succeeded() {
            return status == 0;
        }

        /**
         * {@return why it failed, in the words of the program's last line of standard error,
         * without the paths that come first on such lines}
         */
        public String reason() {
            List<String> lines = errors.lines().filter(line -> !line.isBlank()).toList();
            if (lines.isEmpty()) {
                return "exit status " + status;
            }
            String last = lines.get(lines.size() - 1).strip();
            return last.substring(last.lastIndexOf(": ") + 1).strip();
        }
    }

    /**
     * Runs a program and waits for its end; blocks.
     *
     * @param limit after this time the program is killed
     * @param command program and arguments
     * @return what came of it; the exit status may be any
     * @throws StoragePoolException if it cannot be started, or takes longer than {@code limit}, or
     *     the thread is interrupted; the program does not run any more then
     */
    Outcome run(Duration limit, List<String> command);

    /**
     * As {@link #run}, for a command that must succeed.
     *
     * @param purpose what it is for, begins the message of the failure
     * @param limit after this time the program is killed
     * @param command program and arguments
     * @return its standard output
     * @throws StoragePoolException if it does not succeed
     */
    default String require(String purpose, Duration limit, List<String> command) {
        Outcome outcome = run(limit, command);
        if (!outcome.succeeded()) {
            throw new StoragePoolException(
                    purpose + ": " + outcome.reason(),
                    new IllegalStateException(command + ": " + outcome.errors()));
        }
        return outcome.output();
    }

    /**
     * {@return {@code command} as it must be run to have the rights of root: by {@code sudo}, which
     * must not ask for a password, if the daemon has not got them}
     *
     * @param command program and arguments
     */
    static List<String> asRoot(List<String> command) {
        if (HostProcesses.ROOT) {
            return command;
        }
        List<String> elevated = new ArrayList<>(command);
        elevated.addAll(0, List.of("sudo", "-n"));
        return elevated;
    }

    /** {@return the programs of this host} */
    static HostCommands ofThisHost() {
        return new HostProcesses();
    }
}
