package qubes.trust;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** Tells when something changes in a folder, on a thread of its own, until it is closed. */
final class FolderWatch implements AutoCloseable {
    private final WatchService service;

    FolderWatch(Path folder, Runnable changed) throws IOException {
        Files.createDirectories(folder);
        service = folder.getFileSystem().newWatchService();
        folder.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        Thread thread = new Thread(() -> watch(changed), "qubes-trust-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(Runnable changed) {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents();
                changed.run();
                if (!key.reset()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            return; // so it ends
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
