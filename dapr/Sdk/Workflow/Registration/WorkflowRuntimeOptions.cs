using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Worker;
using Grpc.Net.Client;

namespace Dapr.Workflow;

/// <summary>What an app's worker runs and how.</summary>
public sealed class WorkflowRuntimeOptions
{
    private const string IgnoredByTheOfficialSdk =
        "The official SDK ignores this property; this one honours it. Code that is built against both should set the limit of the sidecar.";

    private readonly List<Action<IWorkflowsFactory>> registrations = [];
    private int maxConcurrentWorkflows = 100;
    private int maxConcurrentActivities = 100;

    /// <summary>
    /// The options of the worker's channel; of them the limits of messages and the HTTP handler are used. Default: null, messages of any size.
    /// </summary>
    public GrpcChannelOptions? GrpcChannelOptions { get; private set; }

    /// <summary>How many turns of workflows run at a time; the others wait. At least 1. Default: 100.</summary>
    [Obsolete(IgnoredByTheOfficialSdk)]
    public int MaxConcurrentWorkflows
    {
        get => maxConcurrentWorkflows;
        set => maxConcurrentWorkflows = AtLeastOne(value);
    }

    /// <summary>How many activities run at a time; the others wait. At least 1. Default: 100.</summary>
    [Obsolete(IgnoredByTheOfficialSdk)]
    public int MaxConcurrentActivities
    {
        get => maxConcurrentActivities;
        set => maxConcurrentActivities = AtLeastOne(value);
    }

    internal int WorkflowLimit => maxConcurrentWorkflows;

    internal int ActivityLimit => maxConcurrentActivities;

    /// <summary>Sets the options of the worker's channel.</summary>
    public void UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        ArgumentNullException.ThrowIfNull(grpcChannelOptions);
        GrpcChannelOptions = grpcChannelOptions;
    }

    /// <summary>Registers a function as a workflow.</summary>
    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        registrations.Add(factory => factory.RegisterWorkflow(name, implementation));
    }

    /// <summary>Registers a class as a workflow; a new object is made for every turn, with its constructor's parameters from services.</summary>
    /// <param name="name">Its name. Default: the class's.</param>
    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow => registrations.Add(factory => factory.RegisterWorkflow<TWorkflow>(name));

    /// <summary>Registers a function as an activity.</summary>
    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        registrations.Add(factory => factory.RegisterActivity(name, implementation));
    }

    /// <summary>Registers a class as an activity; a new object is made for every call, with its constructor's parameters from services.</summary>
    /// <param name="name">Its name. Default: the class's.</param>
    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity => registrations.Add(factory => factory.RegisterActivity<TActivity>(name));

    /// <summary>Tells a factory everything that was registered.</summary>
    public void ApplyRegistrations(IWorkflowsFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        registrations.ForEach(register => register(factory));
    }

    private static int AtLeastOne(int value) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one must be able to run.");
}
