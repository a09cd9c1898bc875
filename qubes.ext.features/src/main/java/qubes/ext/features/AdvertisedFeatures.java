package qubes.ext.features;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.FeaturesRequest;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;

/**
 * Keeps what a qube says it supports, services, features and calls, in step with what it said last
 * (spec qubesdb-services-extensions.md §7.2).
 */
@Component
public final class AdvertisedFeatures implements Extension {
    private static final String SERVICE = "supported-service.";
    private static final String FEATURE = "supported-feature.";
    private static final String CALL = "supported-rpc.";
    private static final String APPARMOR = "apparmor";

    @Activate
    public AdvertisedFeatures() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(FeaturesRequest.class, AdvertisedFeatures::take);
    }

    private static void take(FeaturesRequest event) {
        BaseVM vm = (BaseVM) event.subject();
        Map<String, String> asked = event.untrustedFeatures();
        for (String kind : List.of(SERVICE, FEATURE, CALL)) {
            Set<String> wanted = new LinkedHashSet<>();
            asked.forEach(
                    (key, value) -> {
                        if (key.startsWith(kind) && value.equals("1")) {
                            wanted.add(key);
                        }
                    });
            boolean own = kind.equals(CALL);
            if (!wanted.isEmpty()
                    && (own || !Requests.refuseFromTemplateBased(vm, kind + "* features"))) {
                synchronise(vm.features(), kind, wanted);
            }
        }
    }

    private static void synchronise(Features features, String kind, Set<String> wanted) {
        for (String feature : wanted) {
            if (!features.isTrue(feature)) {
                features.set(feature, true);
                if (feature.equals(SERVICE + APPARMOR) && !features.containsKey(APPARMOR)) {
                    features.set(APPARMOR, true);
                }
            }
        }
        for (String feature : List.copyOf(features.keySet())) {
            if (feature.startsWith(kind) && features.isTrue(feature) && !wanted.contains(feature)) {
                features.delete(feature);
                if (feature.equals(SERVICE + APPARMOR) && "1".equals(features.get(APPARMOR))) {
                    features.delete(APPARMOR);
                }
            }
        }
    }
}
