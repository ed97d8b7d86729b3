using Dapr.Actors.Runtime;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Contracts.Api;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Behaviors;
using Serverless.Jobs.Catalog;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Messages;
using Serverless.Jobs.Notifications;
using Serverless.Jobs.Tenants;
using Serverless.Jobs.Webhooks;
using Serverless.Placement.Pools;

namespace Serverless.Jobs;

/// <summary>What a service adds to have jobs.</summary>
public static class JobsServices
{
    /// <summary>Commands, queries and their behaviours.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, JobsOptions options, WebhookOptions webhooks)
    {
        services.AddSingleton(options);
        services.AddSingleton(provider => new WebhookSender(webhooks, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SpecStore>().AddSingleton<JobActors>().AddSingleton<JobLinks>().AddSingleton<JobNotifier>();
        services.AddTransient<ServiceFactory>(provider => provider.GetService!).AddTransient<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(LoggingBehavior<,>));
        services.AddTransient<IPipelineBehavior<SubmitJob, SubmitResult>, ValidationBehavior>();
        services.AddTransient<IRequestHandler<SubmitJob, SubmitResult>, SubmitJobHandler>();
        services.AddTransient<IRequestHandler<GetJob, JobView?>, GetJobHandler>();
        services.AddTransient<IRequestHandler<ListJobs, JobList>, ListJobsHandler>();
        services.AddTransient<IRequestHandler<ListShards, ShardPage?>, ListShardsHandler>();
        services.AddTransient<IRequestHandler<CancelJob, ActOutcome>, ChangeJobHandler>();
        services.AddTransient<IRequestHandler<PauseJob, ActOutcome>, ChangeJobHandler>();
        services.AddTransient<IRequestHandler<ResumeJob, ActOutcome>, ChangeJobHandler>();
        services.AddTransient<IRequestHandler<DeleteJob, ActOutcome>, ChangeJobHandler>();
        services.AddTransient<IRequestHandler<RetryJob, RetryResult>, RetryJobHandler>();
        return services;
    }

    /// <summary>The actors: jobs, catalog, tenants, messages.</summary>
    public static void RegisterJobs(this ActorRegistrationCollection actors)
    {
        actors.RegisterActor<JobActor>(IJobNotices.ActorType);
        actors.RegisterActor<CatalogActor>(ICatalogActor.ActorType);
        actors.RegisterActor<TenantActor>(ITenantActor.ActorType);
        actors.RegisterActor<MessageActor>(IMessageActor.ActorType);
    }
}
