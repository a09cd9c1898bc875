package qubes.ext.features;

import java.util.List;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.event.Extension;
import qubes.testkit.event.ExtensionContract;

/** All extensions of this bundle, one after the other. */
@ParameterizedClass(name = "{0}")
@MethodSource("all")
class FeatureExtensionsContractIT implements ExtensionContract {
    @Parameter private Class<? extends Extension> type;

    static List<Class<? extends Extension>> all() {
        return List.of(
                AdvertisedFeatures.class,
                AgentFeatures.class,
                ConfigRules.class,
                RestoreRules.class,
                ServiceRules.class,
                WindowsFeatures.class);
    }

    @Override
    public Extension extension() throws ReflectiveOperationException {
        return type.getConstructor().newInstance();
    }
}
