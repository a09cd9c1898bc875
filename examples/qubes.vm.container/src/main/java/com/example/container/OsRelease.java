package com.example.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a root filesystem says of the system in it. Whoever is root in the container wrote it, so
 * nothing is taken but short words, from a file that lies within the root.
 *
 * @param values what the file assigns, as {@code ID} to {@code debian}
 */
record OsRelease(Map<String, String> values) {
    private static final int MOST_BYTES = 4096;
    private static final Pattern LINE =
            Pattern.compile("(?m)^([A-Z_]+)=\"?([A-Za-z0-9._-]{1,64})\"?$");

    OsRelease {
        values = Map.copyOf(values);
    }

    /** Reads {@code etc/os-release}; nothing if there is none. Blocks. */
    static OsRelease of(Path root) throws IOException {
        Path named = root.resolve("etc/os-release");
        if (!Files.exists(named)) {
            return new OsRelease(Map.of());
        }
        Path file = named.toRealPath(); // it is often a link
        if (!file.startsWith(root.toRealPath()) || !Files.isRegularFile(file)) {
            return new OsRelease(Map.of());
        }
        try (var in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        }
    }

    static OsRelease parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher line = LINE.matcher(text);
        while (line.find()) {
            values.put(line.group(1), line.group(2));
        }
        return new OsRelease(values);
    }
}
