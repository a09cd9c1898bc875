package qubes.ext.gui;

import org.junit.jupiter.api.DisplayName;
import qubes.core.event.Extension;
import qubes.testkit.event.ExtensionContract;

@DisplayName("the extension for windows")
class GuiExtensionContractIT implements ExtensionContract {
    @Override
    public Extension extension() {
        return new GuiExtension();
    }
}
