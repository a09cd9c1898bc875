package ${package};

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

/** What every klass owes the core: the tests are those of the contract. */
@DisplayName(${name}VM.KLASS)
class ${name}VMTest implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new ${name}VMFactory();
    }
}
