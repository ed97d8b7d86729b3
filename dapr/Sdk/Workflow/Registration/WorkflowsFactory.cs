using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Worker;

/// <summary>Makes a new object for every turn and every call.</summary>
internal sealed class WorkflowsFactory : IWorkflowsFactory
{
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflow>> workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflowActivity>> activities = new(StringComparer.OrdinalIgnoreCase);

    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow
    {
        var constructor = Constructor<TWorkflow>();
        workflows.TryAdd(name ?? typeof(TWorkflow).Name, services => constructor(services));
    }

    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        var workflow = new FunctionWorkflow<TInput, TOutput>(implementation);
        workflows.TryAdd(name, _ => workflow);
    }

    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity
    {
        var constructor = Constructor<TActivity>();
        activities.TryAdd(name ?? typeof(TActivity).Name, services => constructor(services));
    }

    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        var activity = new FunctionActivity<TInput, TOutput>(implementation);
        activities.TryAdd(name, _ => activity);
    }

    public bool TryCreateWorkflow(
        TaskIdentifier identifier,
        IServiceProvider serviceProvider,
        [NotNullWhen(true)] out IWorkflow? workflow,
        out Exception? activationException) =>
        TryCreate(workflows, identifier, serviceProvider, out workflow, out activationException);

    public bool TryCreateActivity(
        TaskIdentifier identifier,
        IServiceProvider serviceProvider,
        [NotNullWhen(true)] out IWorkflowActivity? activity,
        out Exception? activationException) =>
        TryCreate(activities, identifier, serviceProvider, out activity, out activationException);

    private static bool TryCreate<T>(
        ConcurrentDictionary<string, Func<IServiceProvider, T>> registered,
        TaskIdentifier identifier,
        IServiceProvider services,
        [NotNullWhen(true)] out T? created,
        out Exception? activationException)
        where T : class
    {
        created = null;
        activationException = null;
        if (!registered.TryGetValue(identifier.Name, out var constructor))
        {
            return false;
        }

        try
        {
            created = constructor(services);
            return true;
        }
        catch (Exception failure)
        {
            activationException = failure;
            return false;
        }
    }

    // A constructor that cannot be found is an error of the first use, where it is reported, not of the registration.
    private static Func<IServiceProvider, T> Constructor<T>()
        where T : class
    {
        var factory = new Lazy<ObjectFactory<T>>(() => ActivatorUtilities.CreateFactory<T>([]));
        return services => factory.Value(services, []);
    }

    private sealed class FunctionWorkflow<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> implementation) : Workflow<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowContext context, TInput input) => implementation(context, input);
    }

    private sealed class FunctionActivity<TInput, TOutput>(Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
        : WorkflowActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input) => implementation(context, input);
    }
}
