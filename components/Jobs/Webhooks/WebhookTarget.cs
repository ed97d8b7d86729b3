using System.Net;
using System.Net.Sockets;

namespace Serverless.Jobs.Webhooks;

/// <summary>
/// Decides whether an address may be called (OWASP, Server Side Request Forgery Prevention): https, no credentials in it, and no address that only
/// this network can reach. The name is resolved once, and the connection goes to the address that was checked.
/// </summary>
internal sealed class WebhookTarget(WebhookOptions options)
{
    /// <summary>What is wrong with an address as it is written; null if nothing is.</summary>
    public string? Refusal(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
        {
            return $"expected an https address, found \"{text}\"";
        }

        return uri.UserInfo.Length > 0 ? "an address with a user name in it is not called; sign in by the signature instead"
            : uri.Scheme == "http" && !IsTrusted(uri.Host, uri.Port) ? $"http is not called (only https is); trust {uri.Authority} in the service's configuration to allow it"
            : null;
    }

    /// <summary>Opens a connection to a checked address of a host.</summary>
    /// <exception cref="WebhookException">Every address of the host is one that may not be called.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var address = addresses.FirstOrDefault(address => IsTrusted(host.Host, host.Port) || IsPublic(address))
            ?? throw new WebhookException($"{host.Host} is not called: its address is private; trust {host.Host}:{host.Port} in the service's configuration to allow it", canPass: false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, host.Port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether everybody can reach an address: not loopback, private, link-local (the metadata services of clouds), shared, multicast, reserved.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Global unicast is 2000::/3 (RFC 4291); of it, 2002::/16 and 2001::/32 carry IPv4 addresses and documentation is 2001:db8::/32.
            return (bytes[0] & 0xe0) == 0x20
                && !(bytes[0] == 0x20 && bytes[1] == 0x02)
                && !(bytes[0] == 0x20 && bytes[1] == 0x01 && ((bytes[2] == 0 && bytes[3] == 0) || (bytes[2] == 0x0d && bytes[3] == 0xb8)));
        }

        // The special blocks of RFC 6890.
        return bytes[0] switch
        {
            0 or 10 or 127 or >= 224 => false,
            100 => bytes[1] is < 64 or > 127,
            169 => bytes[1] != 254,
            172 => bytes[1] is < 16 or > 31,
            192 => !(bytes[1] == 168 || (bytes[1] == 0 && bytes[2] is 0 or 2)),
            198 => !(bytes[1] is 18 or 19 || (bytes[1] == 51 && bytes[2] == 100)),
            203 => !(bytes[1] == 0 && bytes[2] == 113),
            _ => true,
        };
    }

    private bool IsTrusted(string host, int port) => options.TrustedHosts.Any(trusted =>
        trusted.Equals(host, StringComparison.OrdinalIgnoreCase) || trusted.Equals($"{host}:{port}", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A webhook was not delivered.</summary>
/// <param name="message">Why.</param>
/// <param name="canPass">Whether another attempt could.</param>
/// <param name="inner">The cause.</param>
public sealed class WebhookException(string message, bool canPass, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether another attempt could deliver it.</summary>
    public bool CanPass => canPass;
}
