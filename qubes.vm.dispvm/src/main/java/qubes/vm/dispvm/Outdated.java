package qubes.vm.dispvm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import qubes.core.property.Property;
import qubes.core.state.VolumeRecord;
import qubes.core.vm.BaseVM;

/** Whether a preloaded disposable still is what a new one would be (spec dispvm.md §5.6). */
final class Outdated {
    /** Properties in which a disposable and its template may differ. */
    private static final Set<String> IGNORED =
            Set.of(
                    "autostart",
                    "backup_timestamp",
                    "default_dispvm",
                    "dispid",
                    "gateway",
                    "gateway6",
                    "icon",
                    "include_in_backups",
                    "installed_by_rpm",
                    "ip",
                    "ip6",
                    "klass",
                    "name",
                    "qid",
                    "start_time",
                    "stubdom_uuid",
                    "stubdom_xid",
                    "template",
                    "template_for_dispvms",
                    "updateable",
                    "uuid",
                    "visible_gateway",
                    "visible_gateway6",
                    "visible_ip",
                    "visible_ip6",
                    "xid");

    private Outdated() {}

    /** True if a change of that property of the template makes its preloaded disposables old. */
    static boolean dependsOn(String property) {
        return !IGNORED.contains(property);
    }

    /**
     * What is outdated: {@code volumes_size}, {@code volumes_outdated} or {@code properties} and
     * the names, the first of these that applies; empty if nothing is. Blocks on the storage.
     */
    static Map<String, List<String>> of(DisposableVM vm) {
        Optional<BaseVM> found = vm.template();
        if (!vm.get(DisposableVM.IS_PRELOAD) || found.isEmpty()) {
            return Map.of();
        }
        BaseVM template = found.get();
        if (!size(vm, "private").equals(size(template, "private"))) {
            return Map.of("volumes_size", List.of("private"));
        }
        List<String> volumes = vm.storage().outdated();
        if (!volumes.isEmpty()) {
            return Map.of("volumes_outdated", volumes.subList(0, 1));
        }
        List<String> properties =
                vm.properties().list().stream()
                        .filter(property -> dependsOn(property.name()))
                        .filter(property -> template.hasProperty(property.name()))
                        .filter(property -> !text(vm, property).equals(text(template, property)))
                        .map(Property::name)
                        .toList();
        return properties.isEmpty() ? Map.of() : Map.of("properties", properties);
    }

    private static Optional<String> size(BaseVM vm, String volume) {
        VolumeRecord record = vm.record().volumes().get(volume);
        return record == null ? Optional.empty() : record.text("size");
    }

    private static <T> Optional<String> text(BaseVM vm, Property<T> property) {
        return vm.find(property).map(property.type()::write);
    }
}
