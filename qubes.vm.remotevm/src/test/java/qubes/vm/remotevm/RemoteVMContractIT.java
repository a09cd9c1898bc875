package qubes.vm.remotevm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass RemoteVM")
class RemoteVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new RemoteVMFactory();
    }
}
