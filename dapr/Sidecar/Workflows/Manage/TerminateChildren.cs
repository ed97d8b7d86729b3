using System.Threading.Channels;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>
/// Terminates the children of instances that were terminated: after the parent's own end, one instance after the other, again until it is
/// done. That it is to be done is stored with the parent's end, so that it goes on after a crash.
/// </summary>
internal sealed partial class TerminateChildren(WorkflowEngine engine, TerminateInstance terminate, ILogger<TerminateChildren> log)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<InstanceKey> _parents = Channel.CreateUnbounded<InstanceKey>(new() { SingleReader = true });

    /// <summary>Notes an instance whose children are to be terminated.</summary>
    public void Add(InstanceKey parent) => _parents.Writer.TryWrite(parent);

    /// <summary>Terminates an instance; ends when its own end is stored, its children follow.</summary>
    /// <exception cref="WorkflowException">There is no such instance.</exception>
    public async Task BeginAsync(InstanceKey key, string? output, bool recurse)
    {
        if (await terminate.RunAsync(key, output, recurse))
        {
            Add(key);
        }
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var parent in _parents.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                await CascadeAsync(parent);
            }
            catch (Exception error)
            {
                LogFailed(error, parent.ToString());
                await Task.Delay(RetryDelay, engine.Time, cancellation);
                Add(parent);
            }
        }
    }

    /// <summary>Terminates the children of an instance that was terminated recursively; does nothing to others, or once it is done.</summary>
    public async Task CascadeAsync(InstanceKey parent)
    {
        var children = await engine.ChangeAsync([parent], change =>
            change[parent] is { Row.Cascade: true } execution ? execution.OpenChildren.Values.ToArray() : null);
        if (children is null)
        {
            return;
        }

        foreach (var created in children)
        {
            engine.Points.Hit(WorkflowPoints.CascadeBeforeChild);
            var child = new InstanceKey(created.Router?.TargetAppID ?? parent.AppId, created.ChildWorkflowInstanceCreated.InstanceId);
            if (await IsChildOfAsync(child, parent) && await terminate.RunAsync(child, output: null, recurse: true))
            {
                Add(child);
            }
        }

        engine.Points.Hit(WorkflowPoints.CascadeAfterChildren);
        await engine.ChangeAsync([parent], change =>
        {
            if (change[parent] is { Row.Cascade: true } execution)
            {
                change.Save(execution, execution.Row with { Cascade = false });
            }

            return true;
        });
    }

    /// <summary>The id may have been used again since, for an instance that is nobody's child or another's.</summary>
    private Task<bool> IsChildOfAsync(InstanceKey child, InstanceKey parent) =>
        engine.ChangeAsync([child], change => change[child] is { } execution && execution.Row.Parent == parent);

    [LoggerMessage(10, LogLevel.Warning, "The children of the workflow {Instance} could not all be terminated; that is tried again.")]
    private partial void LogFailed(Exception error, string instance);
}
