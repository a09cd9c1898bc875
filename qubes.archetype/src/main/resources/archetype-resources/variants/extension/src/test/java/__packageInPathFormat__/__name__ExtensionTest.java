package ${package};

import org.junit.jupiter.api.DisplayName;
import qubes.core.event.Extension;
import qubes.testkit.event.ExtensionContract;

/** What every extension owes the core and everybody else: the tests are those of the contract. */
@DisplayName("${name}Extension")
class ${name}ExtensionTest implements ExtensionContract {
    @Override
    public Extension extension() {
        return new ${name}Extension();
    }
}
