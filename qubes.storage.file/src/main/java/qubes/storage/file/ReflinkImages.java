package qubes.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of one volume of a {@code file-reflink} pool. */
final class ReflinkImages {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private final Path stem;
    private final Pattern revision;
    private final Pattern unfinished;

    ReflinkImages(Path stem) {
        this.stem = stem;
        String name = Pattern.quote(stem.getFileName().toString());
        this.revision =
                Pattern.compile(
                        name + "\\.img\\.(\\d{1,9})@(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)Z");
        this.unfinished =
                Pattern.compile(
                        name
                                + "(-dirty|-precache|-import)?\\.img.*"
                                + DurableFiles.UNFINISHED
                                + ".*");
    }

    /** The committed image. */
    Path clean() {
        return named(".img");
    }

    /** What the guest writes to. */
    Path dirty() {
        return named("-dirty.img");
    }

    /** A copy of the committed image, made in advance so that a start is a rename. */
    Path precache() {
        return named("-precache.img");
    }

    /** What is being imported. */
    Path importing() {
        return named("-import.img");
    }

    /** Number of each revision to its file, oldest first. */
    TreeMap<Integer, Path> revisions() throws IOException {
        TreeMap<Integer, Path> found = new TreeMap<>();
        for (Path file : siblings()) {
            Matcher name = revision.matcher(file.getFileName().toString());
            if (name.matches()) {
                found.put(Integer.valueOf(name.group(1)), file);
            }
        }
        return found;
    }

    /** When the state that a revision's file keeps was superseded. */
    Instant created(Path revisionFile) {
        Matcher name = revision.matcher(revisionFile.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException("not a revision: " + revisionFile);
        }
        return LocalDateTime.parse(name.group(2), TIME).toInstant(ZoneOffset.UTC);
    }

    /** The file for the next revision of the committed image. */
    Path nextRevision() throws IOException {
        Map.Entry<Integer, Path> last = revisions().lastEntry();
        int number = last == null ? 1 : last.getKey() + 1;
        Instant modified =
                Files.getLastModifiedTime(clean()).toInstant().truncatedTo(ChronoUnit.SECONDS);
        return named(".img." + number + "@" + TIME.format(modified.atOffset(ZoneOffset.UTC)) + "Z");
    }

    /** Files that an operation left behind when it was cut short. */
    List<Path> leftovers() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : siblings()) {
            if (unfinished.matcher(file.getFileName().toString()).matches()
                    || file.equals(importing())) {
                found.add(file);
            }
        }
        return found;
    }

    /** Every file of the volume. */
    List<Path> all() throws IOException {
        List<Path> files = new ArrayList<>(leftovers());
        files.addAll(revisions().values());
        files.addAll(List.of(precache(), dirty(), clean()));
        return files;
    }

    /**
     * Deletes the precache if it is not a copy of the committed image any more.
     *
     * @throws NoSuchFileException if there is no committed image to compare with
     */
    void dropStalePrecache() throws IOException {
        if (!Files.exists(precache())) {
            return;
        }
        boolean copy =
                Files.size(precache()) == Files.size(clean())
                        && Files.getLastModifiedTime(precache())
                                .equals(Files.getLastModifiedTime(clean()));
        if (!copy) {
            DurableFiles.delete(precache());
        }
    }

    private Path named(String suffix) {
        return stem.resolveSibling(stem.getFileName() + suffix);
    }

    private List<Path> siblings() throws IOException {
        Path folder = stem.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
