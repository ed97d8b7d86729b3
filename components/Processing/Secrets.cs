using System.Text.RegularExpressions;
using Serverless.Contracts.Errors;

namespace Serverless.Processing;

/// <summary>Gives the secret of a name.</summary>
/// <param name="name">What a job calls it (<c>model.secret_ref</c>).</param>
/// <param name="cancellationToken">Stops it.</param>
/// <exception cref="JobException">There is none; the message says where it was looked for.</exception>
public delegate Task<string> SecretSource(string name, CancellationToken cancellationToken);

/// <summary>
/// Secrets that whoever runs this process set aside for jobs: the environment variable <c>SERVERLESS_SECRET_{NAME}</c>, or a file of the secret's
/// name in the folder <c>SERVERLESS_SECRETS_FOLDER</c>. Other variables are out of a job's reach: a job may name any server to send a secret to.
/// </summary>
public static partial class Secrets
{
    const string Prefix = "SERVERLESS_SECRET_", Folder = "SERVERLESS_SECRETS_FOLDER";

    /// <summary>Looks for one.</summary>
    /// <param name="name">Its name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, beginning with a letter or digit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<string> FromThisProcess(string name, CancellationToken cancellationToken)
    {
        if (!NamePattern().IsMatch(name))
            throw new JobException(ErrorCodes.InvalidSpec, $"model.secret_ref: expected letters, digits, - _ . beginning with a letter or digit, found \"{name}\"");
        var variable = Prefix + name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            return value;
        if (Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder && Path.Combine(folder, name) is var file && File.Exists(file))
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        throw new JobException(ErrorCodes.Model, $"there is no secret \"{name}\" (model.secret_ref): set {variable}, or put a file {name} into the folder that {Folder} names");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
