package qubes.testkit.catches;

import static qubes.testkit.storage.PoolVolumes.ZEROES;
import static qubes.testkit.storage.PoolVolumes.session;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.catches.DelegatingPool.Tried;
import qubes.testkit.catches.DelegatingPool.TriedByVolume;
import qubes.testkit.storage.DiskContent;

/** Pools that are wrong on purpose where data enters and leaves volumes, one thing each. */
final class WrongTransfers {
    private WrongTransfers() {}

    private static Pool without(Pool right, PoolCapability hidden) {
        return new DelegatingPool(right) {
            @Override
            public Set<PoolCapability> capabilities() {
                return EnumSet.complementOf(EnumSet.of(hidden));
            }
        };
    }

    static final class RevertsWithoutSayingSo extends Tried {
        @Override
        Pool wrong(Pool right) {
            return without(right, PoolCapability.REVERT);
        }
    }

    static final class RevertsToTheSame extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void revert(String revision) {
                    Path now = export();
                    String same = DiskContent.raw(now).read(0, 5);
                    exportEnd(now);
                    super.revert(revision);
                    session(right, same);
                }
            };
        }
    }

    static final class RevertsUnderTheGuest extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void revert(String revision) {
                    stop();
                    super.revert(revision);
                }
            };
        }
    }

    static final class ResizesWithoutSayingSo extends Tried {
        @Override
        Pool wrong(Pool right) {
            return without(right, PoolCapability.RESIZE);
        }
    }

    static final class LosesContentOnResize extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void resize(long bytes) {
                    super.resize(bytes);
                    if (!dirty()) {
                        session(right, ZEROES);
                    }
                }
            };
        }
    }

    static final class ResizesOnlyTheNumber extends TriedByVolume {
        private Optional<Long> size = Optional.empty();

        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void resize(long bytes) {
                    size = Optional.of(bytes);
                }

                @Override
                public long sizeBytes() {
                    return size.orElseGet(super::sizeBytes);
                }
            };
        }
    }

    static final class ResizesNotWhileItRuns extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void resize(long bytes) {
                    if (dirty()) {
                        throw new StoragePoolException("Volume " + spec().vid() + " is in use");
                    }
                    super.resize(bytes);
                }
            };
        }
    }

    static final class ResizesWhatIsReadOnly extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public Volume volume(VolumeSpec of) {
                    return super.volume(
                            new VolumeSpec(
                                    of.name(),
                                    of.vid(),
                                    of.kind(),
                                    of.sizeBytes(),
                                    true,
                                    of.source(),
                                    of.revisionsToKeep()));
                }
            };
        }
    }

    static final class ImportsOverTheOld extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Path importData(long bytes) {
                    Path incoming = super.importData(bytes);
                    Path old = export();
                    DiskContent.raw(incoming).write(0, DiskContent.raw(old).read(0, 5));
                    exportEnd(old);
                    return incoming;
                }
            };
        }
    }

    static final class ImportKeepsTheSize extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Path importData(long bytes) {
                    return super.importData(sizeBytes());
                }
            };
        }
    }

    static final class AbortCommits extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void importDataEnd(boolean success) {
                    super.importDataEnd(true);
                }
            };
        }
    }

    static final class AbortDestroysTheOld extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void importDataEnd(boolean success) {
                    super.importDataEnd(success);
                    if (!success) {
                        session(right, ZEROES);
                    }
                }
            };
        }
    }

    static final class ImportsUnderTheGuest extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Path importData(long bytes) {
                    stop();
                    return super.importData(bytes);
                }
            };
        }
    }

    static final class SharesWhatItImported extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                private Volume shown = right;

                @Override
                public void importVolume(Volume source) {
                    shown = source;
                }

                @Override
                public void start() {
                    shown.start();
                }

                @Override
                public void stop() {
                    shown.stop();
                }

                @Override
                public Optional<BlockSource> block() {
                    return shown.block();
                }
            };
        }
    }

    static final class ImportsItsOwnOnly extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void importVolume(Volume source) {
                    if (!(source instanceof DelegatingVolume)) {
                        throw new StoragePoolException("Only volumes of the same driver");
                    }
                    super.importVolume(source);
                }
            };
        }
    }

    static final class LeavesExportsOpen extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void importVolume(Volume source) {
                    super.importVolume(
                            new DelegatingVolume(source) {
                                @Override
                                public void exportEnd(Path exported) {}
                            });
                }
            };
        }
    }

    static final class EmptiesBeforeItReads extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void importVolume(Volume source) {
                    session(right, ZEROES);
                    super.importVolume(source);
                }
            };
        }
    }

    static final class ExportsAnEmptyDisk extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Path export() {
                    Path exported = super.export();
                    DiskContent.raw(exported).write(0, ZEROES);
                    return exported;
                }
            };
        }
    }

    static final class ExportsWhatTheGuestWrites extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Path export() {
                    Path exported = super.export();
                    if (dirty()) {
                        String written = DiskContent.of(right).read(0, 5);
                        DiskContent.raw(exported).write(0, written);
                    }
                    return exported;
                }
            };
        }
    }

    static final class ExportTakesTheData extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void exportEnd(Path exported) {
                    super.exportEnd(exported);
                    session(right, ZEROES);
                }
            };
        }
    }
}
