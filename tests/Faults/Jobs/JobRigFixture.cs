namespace Serverless.Faults.Tests.Jobs;

/// <summary>One job service for the tests of a class: each test kills what it wants to.</summary>
public sealed class JobRigFixture : IAsyncLifetime
{
    private JobRig? _rig;

    internal JobRig Rig => _rig!;

    public async ValueTask InitializeAsync() => _rig = await JobRig.StartAsync(rowTime: 2);

    public ValueTask DisposeAsync() => _rig?.DisposeAsync() ?? ValueTask.CompletedTask;
}
