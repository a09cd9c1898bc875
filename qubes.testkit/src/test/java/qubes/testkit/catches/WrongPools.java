package qubes.testkit.catches;

import static qubes.testkit.storage.PoolVolumes.ZEROES;
import static qubes.testkit.storage.PoolVolumes.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import qubes.core.error.QubesException;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.catches.DelegatingPool.Tried;
import qubes.testkit.catches.DelegatingPool.TriedByVolume;
import qubes.testkit.storage.DiskContent;

/** Pools that are wrong on purpose in the life of volumes, one thing each. */
final class WrongPools {
    private WrongPools() {}

    private static VolumeSpec with(VolumeSpec spec, String vid, int revisionsToKeep) {
        return new VolumeSpec(
                spec.name(),
                vid,
                spec.kind(),
                spec.sizeBytes(),
                spec.writable(),
                spec.source(),
                revisionsToKeep);
    }

    /** The one that is not wrong, made as the others are. */
    static final class Right extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right);
        }
    }

    static final class LeavesOldBytes extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void create() {
                    super.create();
                    session(right, "older");
                }
            };
        }
    }

    static final class ListsNothing extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public List<String> list() {
                    return List.of();
                }
            };
        }
    }

    static final class DeclaresNothing extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public Set<PoolCapability> capabilities() {
                    return Set.of();
                }
            };
        }
    }

    static final class DropsWrites extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void stop() {
                    if (persists() && dirty()) {
                        DiskContent.of(right).write(0, ZEROES);
                    }
                    super.stop();
                }
            };
        }
    }

    static final class KeepsStateInTheObject extends TriedByVolume {
        private int objects;

        @Override
        Volume wrong(Pool pool, Volume right) {
            VolumeSpec spec = right.spec();
            String vid = spec.vid() + "-" + objects++;
            return new DelegatingVolume(pool.volume(with(spec, vid, spec.revisionsToKeep())));
        }
    }

    static final class DropsAfterACrash extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void start() {
                    boolean crashed = persists() && dirty();
                    super.start();
                    if (crashed) {
                        Path committed = export();
                        Path disk = block().orElseThrow().path();
                        try {
                            Files.copy(committed, disk, StandardCopyOption.REPLACE_EXISTING);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        exportEnd(committed);
                    }
                }
            };
        }
    }

    static final class CommitsAtEveryStop extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void stop() {
                    if (persists() && !dirty()) {
                        start();
                    }
                    super.stop();
                }
            };
        }
    }

    static final class CloneSharesBytes extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            VolumeSpec of = right.spec();
            if (of.kind() != VolumeKind.SNAPSHOT) {
                return right;
            }
            return pool.volume(
                    new VolumeSpec(
                            of.name(),
                            of.source().orElseThrow(),
                            VolumeKind.ORIGIN,
                            of.sizeBytes(),
                            true,
                            Optional.empty(),
                            1));
        }
    }

    static final class ReadsItsRunningSource extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public Optional<BlockSource> block() {
                    return spec().source()
                            .map(vid -> pool.volume(originAt(vid)))
                            .flatMap(Volume::block)
                            .or(super::block);
                }

                private VolumeSpec originAt(String vid) {
                    return new VolumeSpec(
                            "root",
                            vid,
                            VolumeKind.ORIGIN,
                            spec().sizeBytes(),
                            true,
                            Optional.empty(),
                            1);
                }
            };
        }
    }

    static final class NeverOutdated extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public boolean outdated() {
                    return false;
                }
            };
        }
    }

    static final class KeepsScratch extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void start() {
                    if (spec().kind() != VolumeKind.VOLATILE || !dirty()) {
                        super.start();
                    }
                }
            };
        }
    }

    static final class KeepsAllRevisions extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public Volume volume(VolumeSpec spec) {
                    return super.volume(with(spec, spec.vid(), 100));
                }
            };
        }
    }

    static final class AlwaysKeepsARevision extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public Volume volume(VolumeSpec spec) {
                    return super.volume(with(spec, spec.vid(), Math.abs(spec.revisionsToKeep())));
                }
            };
        }
    }

    static final class RemovesNothing extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void remove() {}
            };
        }
    }

    static final class RemovesOnlyOnce extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void remove() {
                    verify();
                    super.remove();
                }
            };
        }
    }

    static final class RemovesWhatBeginsAlike extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void remove() {
                    for (String vid : pool.list()) {
                        if (vid.startsWith(spec().vid())) {
                            pool.volume(with(spec(), vid, 1)).remove();
                        }
                    }
                }
            };
        }
    }

    static final class StartsWhatIsMissing extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void start() {
                    if (persists() && !pool.list().contains(spec().vid())) {
                        create();
                    }
                    super.start();
                }
            };
        }
    }

    static final class VerifiesNothing extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void verify() {}
            };
        }
    }

    static final class TellsPathsOfTheHost extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public void start() {
                    try {
                        super.start();
                    } catch (StoragePoolException e) {
                        throw new StoragePoolException(scratch + ": " + e.getMessage(), e);
                    }
                }
            };
        }
    }

    static final class AcceptsAnyVid extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public Volume volume(VolumeSpec spec) {
                    try {
                        return super.volume(spec);
                    } catch (QubesException e) {
                        return super.volume(with(spec, "elsewhere", spec.revisionsToKeep()));
                    }
                }
            };
        }
    }

    static final class TwoShareAFile extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public String newVid(VolumeOwner owner, String volume) {
                    return super.newVid(owner, volume).replace("work-root", "work");
                }

                @Override
                public Volume volume(VolumeSpec spec) {
                    return new DelegatingVolume(super.volume(spec)) {
                        @Override
                        public void create() {
                            if (!list().contains(spec().vid())) {
                                super.create();
                            }
                        }
                    };
                }
            };
        }
    }

    static final class UsesLessThanNothing extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public OptionalLong usageBytes() {
                    return OptionalLong.of(-1);
                }
            };
        }
    }

    static final class UsesMoreThanThereIs extends Tried {
        @Override
        Pool wrong(Pool right) {
            return new DelegatingPool(right) {
                @Override
                public OptionalLong usageBytes() {
                    return OptionalLong.of(sizeBytes().orElseThrow() + 1);
                }
            };
        }
    }

    static final class VolumeUsesLessThanNothing extends TriedByVolume {
        @Override
        Volume wrong(Pool pool, Volume right) {
            return new DelegatingVolume(right) {
                @Override
                public long usageBytes() {
                    return -super.usageBytes();
                }
            };
        }
    }
}
