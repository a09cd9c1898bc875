package qubes.core.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which file stands at a path, and in which state.
 *
 * @param device number of its file system
 * @param inode its number there; used again once the file is gone
 * @param born when it came to its name, or was changed in anything, in the file system's words
 * @param modified when its content was changed
 * @param size in bytes
 */
record FileIdentity(Object device, Object inode, Object born, Object modified, Object size) {
    /** What stands at {@code path} now. */
    static FileIdentity at(Path path) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(path, "unix:dev,ino,ctime,lastModifiedTime,size");
        return new FileIdentity(
                attribute(found, "dev"),
                attribute(found, "ino"),
                attribute(found, "ctime"),
                attribute(found, "lastModifiedTime"),
                attribute(found, "size"));
    }

    private static Object attribute(Map<String, Object> found, String name) throws IOException {
        Object value = found.get(name);
        if (value == null) {
            throw new IOException("The file system does not tell " + name);
        }
        return value;
    }

    /**
     * True if {@code other} is the same file with the same content, be its owner or mode another.
     */
    boolean sameContent(FileIdentity other) {
        return device.equals(other.device)
                && inode.equals(other.inode)
                && modified.equals(other.modified)
                && size.equals(other.size);
    }
}
