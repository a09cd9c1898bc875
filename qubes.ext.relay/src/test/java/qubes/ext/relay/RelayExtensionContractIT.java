package qubes.ext.relay;

import org.junit.jupiter.api.DisplayName;
import qubes.core.event.Extension;
import qubes.testkit.event.ExtensionContract;

@DisplayName("the extension for relays")
class RelayExtensionContractIT implements ExtensionContract {
    @Override
    public Extension extension() {
        return new RelayExtension();
    }
}
