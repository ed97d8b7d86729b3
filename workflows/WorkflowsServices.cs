using Dapr.Workflow;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Processing.Jobs;
using Serverless.Workflows.Activities;

namespace Serverless.Workflows;

/// <summary>What a service adds to host the workflows.</summary>
public static class WorkflowsServices
{
    /// <summary>The workflows, their activities, and the worker that runs them.</summary>
    public static IServiceCollection AddJobWorkflows(this IServiceCollection services, JobRunnerOptions steps)
    {
        services.AddSingleton(new Step(steps));
        services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<BatchJobWorkflow>();
            options.RegisterWorkflow<ShardGroupWorkflow>();
            options.RegisterActivity<EnterActivity>();
            options.RegisterActivity<ClaimActivity>();
            options.RegisterActivity<PlanFilesActivity>();
            options.RegisterActivity<CompletePlanActivity>();
            options.RegisterActivity<AttachActivity>();
            options.RegisterActivity<FindDoneActivity>();
            options.RegisterActivity<OfferActivity>();
            options.RegisterActivity<FindActivity>();
            options.RegisterActivity<FenceActivity>();
            options.RegisterActivity<SealActivity>();
            options.RegisterActivity<FinishActivity>();
            options.RegisterActivity<StopShardsActivity>();
            options.RegisterActivity<CloseActivity>();
            options.RegisterActivity<PublishActivity>();
            options.RegisterActivity<WebhookActivity>();
        });
        return services;
    }
}
