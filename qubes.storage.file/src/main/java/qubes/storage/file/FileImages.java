package qubes.storage.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one volume of a {@code file} pool; a record of the path that their names begin with.
 */
record FileImages(Path stem) {
    /** The data; of a snapshot, at most a further name of its source's data. */
    Path image() {
        return named(".img");
    }

    /** The copy-on-write file of the session that runs, or that was cut short. */
    Path cow() {
        return named("-cow.img");
    }

    /** The copy-on-write file of the session before: the one revision. */
    Path oldCow() {
        return named("-cow.img.old");
    }

    /** What is being imported. */
    Path importing() {
        return named("-import.img");
    }

    /** Every file of the volume. */
    List<Path> all() {
        return List.of(image(), cow(), oldCow(), importing());
    }

    boolean exists() {
        return Files.exists(image());
    }

    private Path named(String suffix) {
        return stem.resolveSibling(stem.getFileName() + suffix);
    }
}
