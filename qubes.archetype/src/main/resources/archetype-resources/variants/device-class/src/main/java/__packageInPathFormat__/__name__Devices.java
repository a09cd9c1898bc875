package ${package};

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.DeviceLabels;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.Guest;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClassName;
import qubes.core.vm.Qubes;

/**
 * Devices of class {@code ${artifactId}}: dom0 offers one for each file in a folder. This class
 * knows what there is and who has it; assignments, events, permissions and the Admin API are the
 * core's. Its methods may block and are called by many threads at a time.
 */
@Component(configurationPid = "${package}")
@DeviceClassName(deviceClass = ${name}Devices.CLASS)
public final class ${name}Devices implements DeviceClass {
    /** The class, as the store and clients know it. */
    static final String CLASS = "${artifactId}";

    private static final Pattern PORT = Pattern.compile("[A-Za-z0-9_-]+");
    private static final int NO_GUEST = -1;

    /** Settings: lines {@code NAME=VALUE} in {@code HOME/etc/${package}.cfg}. */
    public @interface Config {
        /** Absolute path of the folder. */
        String folder() default "/var/lib/${artifactId}";
    }

    private record Held(UUID domain, int guest, DomainName name, DeviceAttachment attachment) {}

    private final Path folder;

    /** Port to who has its device; guarded by this. */
    private final Map<String, Held> held = new LinkedHashMap<>();

    /** Called by Declarative Services when the bundle starts, and again when settings change. */
    @Activate
    public ${name}Devices(Config config) {
        folder = Path.of(config.folder());
    }

    @Override
    public String deviceClass() {
        return CLASS;
    }

    @Override
    public synchronized List<DeviceInfo> exposed(BaseVM backend) {
        if (backend.qid() != 0) {
            return List.of(); // only dom0 offers any
        }
        dropEnded(backend.qubes());
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(PORT.asMatchPredicate())
                    .sorted()
                    .map(file -> describe(backend, file))
                    .toList();
        } catch (IOException e) {
            return List.of(); // no folder, no devices
        }
    }

    private DeviceInfo describe(BaseVM backend, String file) {
        DeviceInfo device =
                DeviceInfo.of(
                                new VirtualDevice(
                                        Port.of(backend.name(), file, CLASS), "file-" + file))
                        .labelled(new DeviceLabels("", "${name} " + file, "", "", ""));
        return Optional.ofNullable(held.get(file))
                .map(holder -> device.attachedTo(holder.name()))
                .orElse(device);
    }

    @Override
    public synchronized List<DeviceAttachment> attached(BaseVM frontend) {
        dropEnded(frontend.qubes());
        return held.values().stream()
                .filter(holder -> holder.domain().equals(frontend.uuid()))
                .map(Held::attachment)
                .toList();
    }

    /** Here the hypervisor would be told to give the device to the guest. */
    @Override
    public synchronized void attach(
            BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        for (String option : options.keySet()) {
            throw new QubesValueError("Unsupported option " + Repr.quote(option));
        }
        dropEnded(frontend.qubes());
        String port = device.device().portId();
        Held holder = held.get(port);
        if (holder != null) {
            throw new DeviceAlreadyAttached(device + " already attached to " + holder.name());
        }
        held.put(
                port,
                new Held(
                        frontend.uuid(),
                        guest(frontend.qubes(), frontend.uuid()),
                        frontend.name(),
                        DeviceAttachment.of(device.device())));
    }

    @Override
    public synchronized void detach(BaseVM frontend, DeviceAttachment attachment) {
        Held holder = held.get(attachment.device().portId());
        if (holder != null && holder.domain().equals(frontend.uuid())) {
            held.remove(attachment.device().portId());
        }
    }

    /** A guest that is gone has nothing, and the next one of its domain neither. */
    private void dropEnded(Qubes qubes) {
        held.values().removeIf(holder -> guest(qubes, holder.domain()) != holder.guest());
    }

    private static int guest(Qubes qubes, UUID domain) {
        return qubes.findHypervisor()
                .flatMap(hypervisor -> hypervisor.guest(domain))
                .map(Guest::id)
                .orElse(NO_GUEST);
    }
}
