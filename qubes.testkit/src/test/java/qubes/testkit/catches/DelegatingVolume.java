package qubes.testkit.catches;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/** A volume that is right but for what a subclass does. */
class DelegatingVolume implements Volume {
    final Volume right;

    DelegatingVolume(Volume right) {
        this.right = right;
    }

    final boolean persists() {
        return spec().kind() == VolumeKind.ORIGIN;
    }

    @Override
    public VolumeSpec spec() {
        return right.spec();
    }

    @Override
    public void create() {
        right.create();
    }

    @Override
    public void remove() {
        right.remove();
    }

    @Override
    public void start() {
        right.start();
    }

    @Override
    public void stop() {
        right.stop();
    }

    @Override
    public void verify() {
        right.verify();
    }

    @Override
    public Optional<BlockSource> block() {
        return right.block();
    }

    @Override
    public Optional<Path> path() {
        return right.path();
    }

    @Override
    public long sizeBytes() {
        return right.sizeBytes();
    }

    @Override
    public long usageBytes() {
        return right.usageBytes();
    }

    @Override
    public boolean dirty() {
        return right.dirty();
    }

    @Override
    public boolean outdated() {
        return right.outdated();
    }

    @Override
    public List<Revision> revisions() {
        return right.revisions();
    }

    @Override
    public void revert(String revision) {
        right.revert(revision);
    }

    @Override
    public void resize(long bytes) {
        right.resize(bytes);
    }

    @Override
    public void importVolume(Volume source) {
        right.importVolume(source);
    }

    @Override
    public Path importData(long bytes) {
        return right.importData(bytes);
    }

    @Override
    public void importDataEnd(boolean success) {
        right.importDataEnd(success);
    }

    @Override
    public Path export() {
        return right.export();
    }

    @Override
    public void exportEnd(Path exported) {
        right.exportEnd(exported);
    }
}
