using MediatR;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs.Commands;

/// <summary>Stops a job; what is finished stays.</summary>
public sealed record CancelJob(string Tenant, string Id) : IRequest<ActOutcome>, ITenantCommand;

/// <summary>Hands out no more shards of a job.</summary>
public sealed record PauseJob(string Tenant, string Id) : IRequest<ActOutcome>, ITenantCommand;

/// <summary>Hands out shards again.</summary>
public sealed record ResumeJob(string Tenant, string Id) : IRequest<ActOutcome>, ITenantCommand;

/// <summary>Forgets a job that has ended; its output stays.</summary>
public sealed record DeleteJob(string Tenant, string Id) : IRequest<ActOutcome>, ITenantCommand;

/// <summary>Each is one call of the job's actor.</summary>
public sealed class ChangeJobHandler(JobActors actors)
    : IRequestHandler<CancelJob, ActOutcome>, IRequestHandler<PauseJob, ActOutcome>, IRequestHandler<ResumeJob, ActOutcome>, IRequestHandler<DeleteJob, ActOutcome>
{
    /// <inheritdoc />
    public Task<ActOutcome> Handle(CancelJob command, CancellationToken cancellationToken) => Job(command.Tenant, command.Id).CancelAsync();

    /// <inheritdoc />
    public Task<ActOutcome> Handle(PauseJob command, CancellationToken cancellationToken) => Job(command.Tenant, command.Id).PauseAsync();

    /// <inheritdoc />
    public Task<ActOutcome> Handle(ResumeJob command, CancellationToken cancellationToken) => Job(command.Tenant, command.Id).ResumeAsync();

    /// <inheritdoc />
    public Task<ActOutcome> Handle(DeleteJob command, CancellationToken cancellationToken) => Job(command.Tenant, command.Id).DeleteAsync();

    private IJobActor Job(string tenant, string id) => actors.Job(new JobKey(tenant, id));
}
