package qubes.testkit.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.MemoryDisks.Committed;
import qubes.testkit.storage.MemoryDisks.Content;

/** A volume of a {@link MemoryPool}; all state is in its disks. */
record MemoryVolume(VolumeSpec spec, MemoryDisks disks) implements Volume {
    @Override
    public void create() {
        synchronized (disks) {
            if (spec.kind() == VolumeKind.ORIGIN) {
                disks.add(spec.vid(), new Content(Optional.empty(), spec.sizeBytes()));
            }
        }
    }

    @Override
    public void remove() {
        synchronized (disks) {
            disks.remove(spec.vid());
        }
    }

    @Override
    public void start() {
        synchronized (disks) {
            if (spec.kind() == VolumeKind.ORIGIN) {
                Committed own = disks.get(spec.vid());
                if (!dirty()) { // else it keeps what was written to it
                    disks.startRunning(spec.vid(), own.content, own.version);
                }
                return;
            }
            Content content = new Content(Optional.empty(), spec.sizeBytes());
            int version = 0;
            if (spec.source().isPresent()) {
                Committed source = disks.get(spec.source().get());
                content = source.content;
                version = source.version;
            }
            disks.stopRunning(spec.vid()).ifPresent(MemoryDisks::delete);
            disks.startRunning(spec.vid(), content, version);
        }
    }

    @Override
    public void stop() {
        synchronized (disks) {
            Optional<Path> written = disks.stopRunning(spec.vid());
            if (written.isEmpty()) {
                return;
            }
            if (spec.kind() == VolumeKind.ORIGIN) {
                commit(written.get());
            } else {
                MemoryDisks.delete(written.get());
            }
        }
    }

    private void commit(Path file) {
        disks.commit(
                disks.get(spec.vid()),
                new Content(Optional.of(file), MemoryDisks.length(file)),
                spec.revisionsToKeep());
    }

    @Override
    public void verify() {
        synchronized (disks) {
            spec.source().ifPresent(disks::get);
            if (spec.kind() == VolumeKind.ORIGIN) {
                disks.get(spec.vid());
            }
        }
    }

    @Override
    public Optional<BlockSource> block() {
        synchronized (disks) {
            return disks.running(spec.vid())
                    .map(file -> new BlockSource(file, "raw", false, spec.writable()));
        }
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(Path.of("/dev/memory", spec.vid()));
    }

    @Override
    public long sizeBytes() {
        synchronized (disks) {
            return disks.running(spec.vid())
                    .map(MemoryDisks::length)
                    .or(() -> disks.find(spec.vid()).map(own -> own.content.bytes()))
                    .orElse(spec.sizeBytes());
        }
    }

    @Override
    public long usageBytes() {
        return disks.usageBytes(spec.vid());
    }

    @Override
    public boolean dirty() {
        synchronized (disks) {
            return disks.running(spec.vid()).isPresent();
        }
    }

    @Override
    public boolean outdated() {
        synchronized (disks) {
            return dirty()
                    && spec.source()
                            .flatMap(disks::find)
                            .filter(source -> source.version != disks.seen(spec.vid()))
                            .isPresent();
        }
    }

    @Override
    public List<Revision> revisions() {
        synchronized (disks) {
            return disks.find(spec.vid()).stream()
                    .flatMap(own -> own.earlier.stream())
                    .map(MemoryDisks.Earlier::revision)
                    .toList();
        }
    }

    @Override
    public void revert(String revision) {
        synchronized (disks) {
            Committed own = notRunning("revert");
            Content earlier =
                    own.earlier.stream()
                            .filter(one -> one.revision().id().equals(revision))
                            .map(MemoryDisks.Earlier::content)
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new StoragePoolException(
                                                    "Volume "
                                                            + spec.vid()
                                                            + " has no such revision"));
            commit(disks.copy(earlier));
        }
    }

    @Override
    public void resize(long bytes) {
        synchronized (disks) {
            if (!spec.writable()) {
                throw new StoragePoolException(
                        "Volume " + spec.vid() + " is read-only: it is not resized");
            }
            if (bytes < sizeBytes()) {
                throw new StoragePoolException("Volume " + spec.vid() + " cannot become smaller");
            }
            disks.running(spec.vid()).ifPresent(file -> MemoryDisks.setLength(file, bytes));
            disks.find(spec.vid())
                    .ifPresent(
                            own -> {
                                own.content.file().ifPresent(f -> MemoryDisks.setLength(f, bytes));
                                own.content = new Content(own.content.file(), bytes);
                            });
        }
    }

    @Override
    public void importVolume(Volume source) {
        synchronized (disks) {
            notRunning("import");
            Path exported = source.export();
            try {
                commit(disks.copyOf(exported));
            } finally {
                source.exportEnd(exported);
            }
        }
    }

    @Override
    public Path importData(long bytes) {
        synchronized (disks) {
            Committed own = notRunning("import");
            dropIncoming(own);
            Path incoming = disks.newFile(bytes);
            own.incoming = incoming;
            return incoming;
        }
    }

    @Override
    public void importDataEnd(boolean success) {
        synchronized (disks) {
            Committed own = notRunning("import");
            Path incoming = own.incoming;
            if (incoming == null) {
                throw new StoragePoolException("No import to volume " + spec.vid() + " has begun");
            }
            if (success) {
                own.incoming = null;
                commit(incoming);
            } else {
                dropIncoming(own);
            }
        }
    }

    private static void dropIncoming(Committed own) {
        if (own.incoming != null) {
            MemoryDisks.delete(own.incoming);
            own.incoming = null;
        }
    }

    @Override
    public Path export() {
        synchronized (disks) {
            return disks.copy(disks.get(spec.vid()).content);
        }
    }

    @Override
    public void exportEnd(Path exported) {
        MemoryDisks.delete(exported);
    }

    private Committed notRunning(String what) {
        if (dirty()) {
            throw new StoragePoolException(
                    "Cannot " + what + " volume " + spec.vid() + " while it is in use");
        }
        return disks.get(spec.vid());
    }
}
