package qubes.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import qubes.core.error.Repr;

/**
 * A fixed number of inputs made of a test's seeds, the same in each build: what a fuzzer would
 * begin with, for those who do not wait for one.
 */
public final class Mutants {
    private static final int EXECUTIONS = 5_000;
    private static final int MAX_LENGTH = 4096;
    private static final byte[] ODD =
            " \t\n\0+=,'\"@$*#!:-_./%\\\u007f".getBytes(StandardCharsets.US_ASCII);

    private final List<byte[]> seeds;
    private final Random random = new Random(1);

    private Mutants(List<byte[]> seeds) {
        this.seeds = seeds;
    }

    /** Runs a property on all seeds of a test, and on what they turn into. */
    public static void run(Class<?> test, Consumer<byte[]> property) throws IOException {
        run(test, property, EXECUTIONS);
    }

    /** As {@link #run(Class, Consumer)}, that often. */
    public static void run(Class<?> test, Consumer<byte[]> property, int executions)
            throws IOException {
        Mutants mutants = new Mutants(seeds(test));
        mutants.seeds.forEach(property);
        for (int i = 0; i < executions; i++) {
            byte[] input = mutants.next();
            try {
                property.accept(input);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "fails on " + Repr.quote(new String(input, StandardCharsets.ISO_8859_1)),
                        e);
            }
        }
    }

    private static List<byte[]> seeds(Class<?> test) throws IOException {
        Path folder =
                Path.of("src/test/resources", test.getPackageName().replace('.', '/'))
                        .resolve(test.getSimpleName() + "Inputs/fuzz");
        List<byte[]> seeds = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                seeds.add(Files.readAllBytes(file));
            }
        }
        return seeds;
    }

    private byte[] any() {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private byte[] next() {
        byte[] input = any();
        for (int steps = 1 + random.nextInt(4); steps > 0; steps--) {
            input = changed(input);
        }
        return input;
    }

    /** The input with a part of it dropped, doubled, or replaced by bytes or by part of a seed. */
    private byte[] changed(byte[] input) {
        int from = random.nextInt(input.length + 1);
        int to = Math.min(input.length, from + random.nextInt(8));
        byte[] other = any();
        int otherFrom = random.nextInt(other.length + 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(input, 0, from);
        switch (random.nextInt(5)) {
            case 0 -> out.write(ODD[random.nextInt(ODD.length)]);
            case 1 -> out.write(random.nextInt(256));
            case 2 -> {
                out.write(input, from, to - from);
                out.write(input, from, to - from);
            }
            case 3 ->
                    out.write(
                            other,
                            otherFrom,
                            Math.min(other.length - otherFrom, random.nextInt(40)));
            default -> {}
        }
        out.write(input, to, input.length - to);
        byte[] bytes = out.toByteArray();
        return bytes.length <= MAX_LENGTH ? bytes : input;
    }
}
