package qubes.testkit.catches;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.catches.DelegatingHypervisor.Silent;
import qubes.testkit.catches.DelegatingHypervisor.Tried;
import qubes.testkit.hypervisor.HypervisorTrait;

/** Hypervisors that are wrong on purpose in what they do with guests, one thing each. */
final class WrongHypervisors {
    private WrongHypervisors() {}

    /** The one that is not wrong, made as the others are. */
    static final class Right extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right);
        }
    }

    static final class HasNoMemory extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public HostInfo host() {
                    return new HostInfo(0, 4);
                }
            };
        }
    }

    static final class KindInCapitals extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public String kind() {
                    return "Memory";
                }
            };
        }
    }

    static final class UnknownGuestsRun extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public GuestState state(UUID uuid) {
                    return guest(uuid).map(Guest::state).orElse(GuestState.RUNNING);
                }
            };
        }
    }

    static final class MissesWhoIsNotThere extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void destroy(UUID uuid) {
                    if (guest(uuid).isEmpty()) {
                        throw new QubesException("No guest " + uuid);
                    }
                    super.destroy(uuid);
                }
            };
        }
    }

    static final class PausesWhoIsNotThere extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void pause(UUID uuid) {
                    if (state(uuid).active()) {
                        super.pause(uuid);
                    }
                }
            };
        }
    }

    static final class RefusesWithAnotherError extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void shutdown(UUID uuid) {
                    if (guest(uuid).isEmpty()) {
                        throw new QubesException("No guest " + uuid);
                    }
                    super.shutdown(uuid);
                }
            };
        }
    }

    static final class CreatesRunning extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    super.create(spec);
                    resume(spec.uuid());
                }
            };
        }
    }

    static final class TellsOfAPauseAtCreate extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    super.create(spec);
                    pause(spec.uuid());
                }
            };
        }
    }

    static final class ResumesNothing extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void resume(UUID uuid) {}
            };
        }
    }

    static final class TellsOfAPauseTwice extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void pause(UUID uuid) {
                    super.pause(uuid);
                    super.pause(uuid);
                }
            };
        }
    }

    static final class KeepsItsNumber extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public Optional<Guest> guest(UUID uuid) {
                    return super.guest(uuid)
                            .map(one -> new Guest(uuid, one.name(), one.state(), 7));
                }
            };
        }
    }

    static final class StartsTwice extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    destroy(spec.uuid());
                    super.create(spec);
                }
            };
        }
    }

    static final class EndsWhoIsStartedTwice extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    try {
                        super.create(spec);
                    } catch (QubesException e) {
                        destroy(spec.uuid());
                        throw e;
                    }
                }
            };
        }
    }

    static final class KeepsTheFirstName extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            Map<UUID, String> names = new ConcurrentHashMap<>(); // uuid to name at the first start
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    names.putIfAbsent(spec.uuid(), spec.name());
                    super.create(spec);
                }

                @Override
                public Optional<Guest> guest(UUID uuid) {
                    return super.guest(uuid).map(this::named);
                }

                private Guest named(Guest one) {
                    String name = names.getOrDefault(one.uuid(), one.name());
                    return new Guest(one.uuid(), name, one.state(), one.id());
                }
            };
        }
    }

    static final class ForgetsNothing extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void undefine(UUID uuid) {}
            };
        }
    }

    static final class ListsTheForgotten extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            List<Guest> ever = new CopyOnWriteArrayList<>();
            return new DelegatingHypervisor(right) {
                @Override
                public void create(GuestSpec spec) {
                    super.create(spec);
                    super.guest(spec.uuid()).ifPresent(ever::add);
                }

                @Override
                public List<Guest> guests() {
                    return List.copyOf(ever);
                }
            };
        }
    }

    static final class ShutsDownWithoutSayingSo extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return right;
        }

        @Override
        Set<HypervisorTrait> traits() {
            return EnumSet.of(HypervisorTrait.SUSPEND);
        }
    }

    static final class NeverShutsDown extends Silent {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void shutdown(UUID uuid) {}
            };
        }
    }

    static final class PretendsToSuspend extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public boolean suspend(UUID uuid) {
                    return true;
                }
            };
        }
    }

    static final class HasAConsoleUnasked extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public Optional<String> console(UUID uuid) {
                    return Optional.of("/dev/pts/9");
                }
            };
        }
    }

    static final class DescribesAnother extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public String describe(UUID uuid) {
                    return super.describe(uuid).replace("contract-", "other-");
                }
            };
        }
    }

    static final class AttachesNonsense extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public void attach(UUID uuid, String deviceXml) {}
            };
        }
    }

    static final class RemembersStats extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            Map<UUID, GuestStats> last = new ConcurrentHashMap<>(); // uuid to what was used
            return new DelegatingHypervisor(right) {
                @Override
                public GuestStats stats(UUID uuid) {
                    GuestStats now = super.stats(uuid);
                    if (!now.equals(GuestStats.NONE)) {
                        last.put(uuid, now);
                    }
                    return last.getOrDefault(uuid, GuestStats.NONE);
                }
            };
        }
    }

    static final class OneNumberForAll extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public Optional<Guest> guest(UUID uuid) {
                    return super.guest(uuid)
                            .map(one -> new Guest(uuid, one.name(), one.state(), 1));
                }
            };
        }
    }

    static final class WaitsToRead extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public GuestState state(UUID uuid) {
                    LockSupport.parkNanos(1_000);
                    return super.state(uuid);
                }
            };
        }
    }
}
