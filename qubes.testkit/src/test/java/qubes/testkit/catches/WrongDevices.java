package qubes.testkit.catches;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.QubesException;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.testkit.catches.DelegatingDevices.Tried;
import qubes.testkit.device.MemoryDevices;

/** Classes of devices that are wrong on purpose, one thing each. */
final class WrongDevices {
    private WrongDevices() {}

    /** The one that is not wrong, made as the others are. */
    static final class Right extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right);
        }
    }

    static final class ListsTwice extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    List<DeviceInfo> once = super.exposed(backend);
                    return Stream.concat(once.stream(), once.stream()).toList();
                }
            };
        }
    }

    static final class ListsTheFirstOnly extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    return super.exposed(backend).stream().limit(1).toList();
                }
            };
        }
    }

    static final class OffersForEverybody extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    return super.exposed(backend.qubes().admin());
                }
            };
        }
    }

    static final class OffersOtherClasses extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    Port other = Port.of(backend.name(), "other", "other");
                    DeviceInfo more = DeviceInfo.of(new VirtualDevice(other, "dead:beef"));
                    return Stream.concat(super.exposed(backend).stream(), Stream.of(more)).toList();
                }
            };
        }
    }

    static final class ThrowsWithoutDevices extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    List<DeviceInfo> devices = super.exposed(backend);
                    if (devices.isEmpty()) {
                        throw new QubesException(backend + " has no devices");
                    }
                    return devices;
                }
            };
        }
    }

    static final class FindsSomethingElse extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public Optional<DeviceInfo> find(BaseVM backend, String portId) {
                    return super.find(backend, portId)
                            .or(() -> exposed(backend).stream().findFirst());
                }
            };
        }
    }

    static final class HidesWhoHasIt extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    return super.exposed(backend).stream()
                            .map(device -> DeviceInfo.of(device.device()))
                            .toList();
                }
            };
        }
    }

    static final class TellsNoAttachments extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceAttachment> attached(BaseVM frontend) {
                    return List.of();
                }
            };
        }
    }

    static final class ForgetsTheIdentity extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceAttachment> attached(BaseVM frontend) {
                    return super.attached(frontend).stream()
                            .map(one -> VirtualDevice.at(one.device().port()))
                            .map(DeviceAttachment::of)
                            .toList();
                }
            };
        }
    }

    static final class TakesItFromWhoHasIt extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void attach(
                        BaseVM frontend, DeviceInfo device, Map<String, String> options) {
                    right.give(device.port(), null);
                    super.attach(frontend, device, options);
                }
            };
        }
    }

    static final class RefusesWithAnotherError extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void attach(
                        BaseVM frontend, DeviceInfo device, Map<String, String> options) {
                    if (device.attachment().isPresent()) {
                        throw new QubesException(device + " is taken");
                    }
                    super.attach(frontend, device, options);
                }
            };
        }
    }

    static final class TakesAnyOption extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void attach(
                        BaseVM frontend, DeviceInfo device, Map<String, String> options) {
                    super.attach(frontend, device, Map.of());
                }
            };
        }
    }

    static final class AttachesBeforeItRefuses extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void attach(
                        BaseVM frontend, DeviceInfo device, Map<String, String> options) {
                    super.attach(frontend, device, Map.of());
                    if (!options.isEmpty()) {
                        throw new QubesValueError("Unsupported option");
                    }
                }
            };
        }
    }

    static final class KeepsWhatIsDetached extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void detach(BaseVM frontend, DeviceAttachment attachment) {}
            };
        }
    }

    static final class DetachesOnlyOnce extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void detach(BaseVM frontend, DeviceAttachment attachment) {
                    if (!attached(frontend).contains(attachment)) {
                        throw new QubesException(attachment.device() + " is not attached");
                    }
                    super.detach(frontend, attachment);
                }
            };
        }
    }

    static final class DetachesFromWhoeverHasIt extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public void detach(BaseVM frontend, DeviceAttachment attachment) {
                    right.give(attachment.device().port(), null);
                }
            };
        }
    }

    /** Remembers by domain what it attached, whatever its guest came to. */
    private abstract static class Remembering extends DelegatingDevices {
        final Map<UUID, List<DeviceAttachment>> known = new ConcurrentHashMap<>();

        Remembering(MemoryDevices right) {
            super(right);
        }

        @Override
        public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {
            super.attach(frontend, device, options);
            known.put(frontend.uuid(), super.attached(frontend));
        }

        @Override
        public abstract List<DeviceAttachment> attached(BaseVM frontend);
    }

    static final class KeepsWhatTheDeadHad extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new Remembering(right) {
                @Override
                public List<DeviceAttachment> attached(BaseVM frontend) {
                    return known.getOrDefault(frontend.uuid(), List.of());
                }
            };
        }
    }

    static final class GivesItToTheNextGuest extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new Remembering(right) {
                @Override
                public List<DeviceAttachment> attached(BaseVM frontend) {
                    return frontend.isHalted()
                            ? List.of()
                            : known.getOrDefault(frontend.uuid(), List.of());
                }
            };
        }
    }

    static final class ThrowsForWhoDoesNotRun extends Tried {
        @Override
        DeviceClass wrong(MemoryDevices right) {
            return new DelegatingDevices(right) {
                @Override
                public List<DeviceInfo> exposed(BaseVM backend) {
                    if (backend.isHalted()) {
                        throw new QubesException(backend + " does not run");
                    }
                    return super.exposed(backend);
                }
            };
        }
    }
}
