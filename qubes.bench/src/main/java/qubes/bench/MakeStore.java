package qubes.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a sample store: {@code MakeStore FILE DOMAINS DIRECTORY}. */
public final class MakeStore {
    private MakeStore() {}

    /** Writes the store; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: MakeStore FILE DOMAINS DIRECTORY");
            System.exit(2);
        }
        Files.writeString(
                Path.of(arguments[0]),
                SampleStore.of(Integer.parseInt(arguments[1]), arguments[2]));
    }
}
