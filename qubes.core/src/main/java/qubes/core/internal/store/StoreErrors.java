package qubes.core.internal.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Says in users' words, without paths, why the file system refused. */
final class StoreErrors {
    private StoreErrors() {}

    /** Why {@code e} happened and what to do. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "it is not there";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof ClosedByInterruptException) {
            return "it was interrupted";
        }
        String text = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left")) {
            return "the disk is full; free some space";
        }
        if (lower.contains("quota exceeded")) {
            return "the disk quota is used up; free some space";
        }
        if (lower.contains("file too large")) {
            return "the file would be larger than this process may write; raise its limit (ulimit -f)";
        }
        if (lower.contains("file name too long")) {
            return "its name is too long";
        }
        if (lower.contains("not a directory")) {
            return "what should be its folder is none";
        }
        if (lower.contains("symbolic links")) {
            return "its link leads nowhere";
        }
        if (lower.contains("read-only file system")) {
            return "the file system is read-only; remount it writable";
        }
        if (lower.contains("too many open files")) {
            return "too many open files";
        }
        if (lower.contains("permission denied") || lower.contains("operation not permitted")) {
            return "permission denied";
        }
        return "input/output error; the log says more";
    }
}
