package qubes.admin.method.service;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.FeatureDelete;
import qubes.core.event.FeatureSet;
import qubes.core.event.Lifecycle;
import qubes.core.event.Membership;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.event.Subscriptions;
import qubes.core.event.TagAdd;
import qubes.core.event.TagDelete;
import qubes.core.value.Label;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Qubes;

/**
 * What those who decide on calls between qubes need to know of all of them, as JSON; kept until an
 * event says that something of it changed (spec admin-api §15).
 */
@Component(service = {SystemInfo.class, Extension.class})
public final class SystemInfo implements Extension {
    private static final List<String> PROPERTIES =
            List.of(
                    "template_for_dispvms",
                    "default_dispvm",
                    "icon",
                    "label",
                    "guivm",
                    "relayvm",
                    "transport_rpc",
                    "uuid");

    private final Object lock = new Object();
    private @Nullable String known; // this and the next: guarded by lock
    private long changes;

    @Activate
    public SystemInfo() {}

    @Override
    public void subscribe(Subscriptions on) {
        Subscriptions system = on.forApplication();
        system.after(Membership.DomainAdd.class, this::forget);
        system.after(Membership.DomainDelete.class, this::forget);
        Subscriptions domains = on.forKlass(BaseVM.TRAITS.klass());
        domains.after(Lifecycle.Spawn.class, this::forget);
        domains.after(Lifecycle.Started.class, this::forget);
        domains.after(Lifecycle.Shutdown.class, this::forget);
        domains.after(TagAdd.class, this::forget);
        domains.after(TagDelete.class, this::forget);
        domains.after(FeatureSet.of("internal"), this::forget);
        domains.after(FeatureDelete.of("internal"), this::forget);
        for (String property : PROPERTIES) {
            domains.after(
                    EventPattern.of(PropertySet.class, "property-set:" + property), this::forget);
            domains.after(
                    EventPattern.of(PropertyReset.class, "property-reset:" + property),
                    this::forget);
        }
    }

    private void forget(Event event) {
        synchronized (lock) {
            known = null;
            changes++;
        }
    }

    /** The JSON. Never blocks for long; what it says is kept unless something changed meanwhile. */
    String text(Qubes qubes) {
        long seen;
        synchronized (lock) {
            if (known != null) {
                return known;
            }
            seen = changes;
        }
        String text = describe(qubes);
        synchronized (lock) {
            if (seen == changes) {
                known = text;
            }
        }
        return text;
    }

    private static String describe(Qubes qubes) {
        JsonText json = new JsonText();
        json.begin().key("domains").begin();
        for (BaseVM vm : qubes.domains()) {
            json.key(vm.name().value()).begin();
            json.key("internal").text(vm.features().get("internal"));
            json.key("tags").texts(new TreeSet<>(vm.tags()));
            json.key("type").text(vm.klass());
            json.key("template_for_dispvms").flag(DisposableTemplate.isOne(vm));
            json.key("default_dispvm").text(reference(vm, "default_dispvm"));
            json.key("icon").text(vm.label().map(label -> "appvm-" + label.name()).orElse(null));
            json.key("label").text(vm.label().map(Label::color).orElse(null));
            json.key("guivm").text(reference(vm, "guivm"));
            json.key("relayvm").text(reference(vm, "relayvm"));
            json.key("transport_rpc").text(value(vm, "transport_rpc"));
            json.key("power_state").text(vm.powerState().wireName());
            json.key("uuid").text(vm.uuid().toString());
            json.end();
        }
        return json.end().end().toString();
    }

    private static @Nullable String reference(BaseVM vm, String property) {
        return vm.reference(property).map(BaseVM::subjectName).orElse(null);
    }

    private static @Nullable String value(BaseVM vm, String property) {
        return vm.properties()
                .find(property)
                .flatMap(vm::find)
                .flatMap(
                        found ->
                                found instanceof Optional<?> optional
                                        ? optional
                                        : Optional.of(found))
                .map(Object::toString)
                .orElse(null);
    }
}
