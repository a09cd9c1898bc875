package qubes.testkit.event;

import org.junit.jupiter.api.DisplayName;
import qubes.core.error.QubesValueError;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertySet;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

@DisplayName("an extension that tags and guards")
class TaggingExtensionContractIT implements ExtensionContract {
    @Override
    public Extension extension() {
        return on -> {
            on.after(Lifecycle.Load.class, event -> tag((BaseVM) event.subject()));
            on.after(PropertySet.of(BaseVM.LABEL), event -> tag((BaseVM) event.subject()));
            on.before(
                    PropertyPreSet.of(QubesVM.MEMORY),
                    event -> {
                        throw new QubesValueError("No more memory for anybody");
                    });
        };
    }

    private static void tag(BaseVM vm) {
        vm.tags().add("tagged");
    }
}
