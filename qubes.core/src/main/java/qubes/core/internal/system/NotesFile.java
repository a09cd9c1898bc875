package qubes.core.internal.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.internal.store.DomainFile;
import qubes.core.value.DomainName;
import qubes.core.vm.Notes;

/**
 * Notes in {@code notes.txt}, in UTF-8 and nothing else, for all live objects of a domain, one
 * after the other. Writers wait for each other, readers for nobody.
 */
final class NotesFile implements Notes {
    private static final int MOST = 1 << 24;
    private static final String NOT_READ = "Failed to read notes file";
    private static final String NOT_WRITTEN = "Failed to write notes file";

    private final DomainName domain;
    private final DomainFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed; // guarded by lock

    /**
     * @param folder of the domain's own files
     */
    NotesFile(DomainName domain, Path folder) {
        this.domain = domain;
        this.file = new DomainFile(folder.resolve("notes.txt"), MOST);
    }

    @Override
    public String read() {
        byte[] content = file.read(NOT_READ).orElse(new byte[0]);
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            throw new QubesException(NOT_READ + ": it is not UTF-8", e);
        }
    }

    @Override
    public void write(String text) {
        ByteBuffer encoded;
        try {
            encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new QubesException(NOT_WRITTEN + ": half a character cannot be stored", e);
        }
        byte[] content = new byte[encoded.remaining()];
        encoded.get(content);
        lock.lock();
        try {
            if (closed) {
                throw new QubesVMNotFoundError(domain.value());
            }
            file.replace(content, NOT_WRITTEN);
        } finally {
            lock.unlock();
        }
    }

    /** The domain was removed: nothing is written any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
