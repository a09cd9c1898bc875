package qubes.itest.plugins;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.property.PropertyTable;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.hypervisor.MemoryHypervisor;

/**
 * What plugins provide under a name of which there can be one at a time: how to provide it in
 * somebody's name, and how to find out who serves.
 */
enum ProviderKind {
    KLASS {
        @Override
        ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking) {
            KlassTraits traits =
                    QubesVM.TRAITS.extend("SecondVM").icon(who).volumes(VolumeLayout.NONE).define();
            DomainFactory factory =
                    new DomainFactory() {
                        @Override
                        public KlassTraits traits() {
                            return traits;
                        }

                        @Override
                        public BaseVM create(DomainContext context) {
                            return new Second(context, who);
                        }
                    };
            return bundles.registerService(DomainFactory.class, factory, ranked(ranking));
        }

        @Override
        String serves(Scene scene) {
            Qubes qubes = scene.qubes();
            DomainName name = new DomainName("second");
            BaseVM vm =
                    qubes.find(name).orElseGet(() -> qubes.create(NewDomain.of("SecondVM", name)));
            return vm.available() ? ((Second) vm).who : "nobody";
        }
    },
    DRIVER {
        @Override
        ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking) {
            PoolDriver driver =
                    new PoolDriver() {
                        @Override
                        public String driverName() {
                            return "second";
                        }

                        @Override
                        public PropertyTable config() {
                            return PropertyTable.of();
                        }

                        @Override
                        public Pool open(PoolConfig config) {
                            return new Named(config.poolName(), who);
                        }
                    };
            return bundles.registerService(PoolDriver.class, driver, ranked(ranking));
        }

        @Override
        String serves(Scene scene) {
            var pools = scene.qubes().pools();
            if (pools.find("second").isEmpty()) {
                pools.add(new PoolRecord(Map.of("name", "second", "driver", "second")));
            }
            return pools.open("second").includedIn().orElseThrow();
        }
    },
    DEVICE_CLASS {
        @Override
        ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking) {
            DeviceClass devices =
                    new DeviceClass() {
                        @Override
                        public String deviceClass() {
                            return "second";
                        }

                        @Override
                        public List<DeviceInfo> exposed(BaseVM backend) {
                            throw new QubesException(who);
                        }

                        @Override
                        public List<DeviceAttachment> attached(BaseVM frontend) {
                            return List.of();
                        }

                        @Override
                        public void attach(
                                BaseVM frontend, DeviceInfo device, Map<String, String> options) {}

                        @Override
                        public void detach(BaseVM frontend, DeviceAttachment attachment) {}
                    };
            return bundles.registerService(DeviceClass.class, devices, ranked(ranking));
        }

        @Override
        String serves(Scene scene) {
            DeviceClass second = scene.qubes().deviceClasses().find("second").orElseThrow();
            try {
                return second.exposed(scene.qubes().admin()).toString();
            } catch (QubesException e) {
                return e.getMessage();
            }
        }
    },
    METHOD {
        @Override
        ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking) {
            AdminMethod method =
                    new AdminMethod() {
                        @Override
                        public MethodTraits traits() {
                            return MethodTraits.read(MethodTraits.Scope.GLOBAL);
                        }

                        @Override
                        public AdminReply call(AdminCall call) {
                            return AdminReply.text(who);
                        }
                    };
            Dictionary<String, Object> properties = ranked(ranking);
            properties.put("name", "second.Who");
            return bundles.registerService(AdminMethod.class, method, properties);
        }

        @Override
        String serves(Scene scene) throws Exception {
            String reply = scene.socket().call("second.Who", "dom0", "");
            return reply.startsWith("0|") ? reply.substring(2) : reply;
        }
    },
    HYPERVISOR {
        @Override
        ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking) {
            return bundles.registerService(
                    Hypervisor.class,
                    hypervisor(who),
                    ranked(ranking + 1)); // better than that of the fixture
        }

        @Override
        String serves(Scene scene) {
            return scene.qubes().hypervisor().kind();
        }
    };

    /** The system in which they serve. */
    record Scene(Qubes qubes, AdminClient socket) {}

    /** A pool that can nothing but tell whose it is. */
    private record Named(String name, String who) implements Pool {
        @Override
        public Set<PoolCapability> capabilities() {
            return Set.of();
        }

        @Override
        public void setup() {}

        @Override
        public String newVid(VolumeOwner owner, String volume) {
            return volume;
        }

        @Override
        public Volume volume(VolumeSpec spec) {
            throw new QubesException("no volumes here");
        }

        @Override
        public List<String> list() {
            return List.of();
        }

        @Override
        public OptionalLong sizeBytes() {
            return OptionalLong.empty();
        }

        @Override
        public OptionalLong usageBytes() {
            return OptionalLong.empty();
        }

        @Override
        public Optional<String> includedIn() {
            return Optional.of(who);
        }

        @Override
        public void close() {}
    }

    private static final class Second extends QubesVM {
        private final String who;

        Second(DomainContext context, String who) {
            super(context);
            this.who = who;
        }
    }

    /** Registers the service in somebody's name. */
    abstract ServiceRegistration<?> provide(BundleContext bundles, String who, int ranking);

    /** Who serves now. */
    abstract String serves(Scene scene) throws Exception;

    private static Dictionary<String, Object> ranked(int ranking) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Constants.SERVICE_RANKING, ranking);
        return properties;
    }

    /** A hypervisor of that kind, without guests. */
    private static Hypervisor hypervisor(String kind) {
        MemoryHypervisor guests = new MemoryHypervisor();
        return (Hypervisor)
                Proxy.newProxyInstance(
                        ProviderKind.class.getClassLoader(),
                        new Class<?>[] {Hypervisor.class},
                        (proxy, method, arguments) -> {
                            try {
                                return method.getName().equals("kind")
                                        ? kind
                                        : method.invoke(guests, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
