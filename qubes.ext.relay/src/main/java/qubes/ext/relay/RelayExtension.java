package qubes.ext.relay;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ReferenceTags;

/**
 * Keeps the tag {@code relayvm-<qube>} of remote qubes in step with their {@code relayvm} (spec
 * qubesdb-services-extensions.md §5). As with the original, a value given at the creation, or read
 * from the store, makes no tag: only a change does.
 */
@Component
public final class RelayExtension implements Extension {
    private static final ReferenceTags TAGS = new ReferenceTags("relayvm");

    @Activate
    public RelayExtension() {}

    @Override
    public void subscribe(Subscriptions on) {
        Subscriptions remote = on.forKlass("RemoteVM");
        remote.after(
                EventPattern.of(PropertySet.class, "property-set:relayvm"),
                event -> TAGS.renew((BaseVM) event.subject()));
        remote.after(
                EventPattern.of(PropertyReset.class, "property-reset:relayvm"),
                event -> TAGS.renew((BaseVM) event.subject()));
    }
}
