package qubes.ext.audio;

import org.junit.jupiter.api.DisplayName;
import qubes.core.event.Extension;
import qubes.testkit.event.ExtensionContract;

@DisplayName("the extension for audio")
class AudioExtensionContractIT implements ExtensionContract {
    @Override
    public Extension extension() {
        return new AudioExtension();
    }
}
