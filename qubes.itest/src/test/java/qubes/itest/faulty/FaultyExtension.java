package qubes.itest.faulty;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;
import qubes.core.event.Subscriptions;

/** Hears, and guards, two features. */
@Component
public final class FaultyExtension implements Extension {
    @Activate
    public FaultyExtension() {}

    @Override
    public void subscribe(Subscriptions on) {
        Fault.at("subscribe");
        on.before(FeaturePreSet.of("guarded"), event -> Fault.at("guard"));
        on.after(FeatureSet.of("heard"), event -> Fault.at("handler"));
    }
}
