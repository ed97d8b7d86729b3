namespace Serverless.Jobs.Commands;

/// <summary>A command or query of a tenant.</summary>
public interface ITenantCommand
{
    /// <summary>Whose.</summary>
    string Tenant { get; }
}
