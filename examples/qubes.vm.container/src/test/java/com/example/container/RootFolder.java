package com.example.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that could be the root of a container. */
final class RootFolder {
    private RootFolder() {}

    /** Makes one in {@code folder}, with an init and the word which system it is. */
    static Path in(Path folder) throws IOException {
        Path root = Files.createTempDirectory(folder, "root").toRealPath();
        Files.createDirectories(root.resolve("sbin"));
        Files.writeString(root.resolve("sbin/init"), "#!/bin/sh\n");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\n");
        return root;
    }
}
